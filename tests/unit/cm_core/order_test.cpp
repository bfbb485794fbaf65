#include "tests/unit/cm_core/fixture.hpp"

// covers: replay-refused, one-order, tc-used, redo-revokes
namespace rakit::cm::test {
namespace {

using OrderTest = HostTest;

TEST_F(OrderTest, RedoOfATransportCertificateIsIssuedAndConfirmed) {
    auto request = tc_redo();
    const auto answer = order(request);
    ASSERT_EQ(answer.http_status, 200);
    ASSERT_EQ(answer.status, 5) << answer.info;
    EXPECT_EQ(answer.body_list, std::vector<unsigned>{100});
    EXPECT_EQ(answer.transaction, request.transaction);
    EXPECT_EQ(answer.recipient_nonce, request.nonce);
    EXPECT_EQ(answer.sender_nonce.size(), 16U);
    EXPECT_EQ(to_hex(answer.data_return), request.serial);
    const auto* certificate = answer.certificate_for(card_key("45"));
    ASSERT_NE(certificate, nullptr);
    EXPECT_EQ(answer.info["lines"][0]["sha256"], to_hex(certificate->sha256()));
    EXPECT_EQ(answer.info["revoked"], nlohmann::json::array());
    EXPECT_FALSE(store.content().certificates.at(0).active);
    EXPECT_TRUE(store.content().used_tcs.empty());

    EXPECT_EQ(confirm(request, answer, true).status, 0);
    EXPECT_TRUE(store.content().certificates.at(0).active);
    EXPECT_EQ(store.content().used_tcs.count(request.lines[0].tc->sha256()), 1U);
    EXPECT_EQ(store.content().orders.at(request.transaction).state, OrderState::completed);
    ASSERT_EQ(store.content().log.size(), 2U);
    EXPECT_EQ(store.content().log[0].officer, "Olivia Officer");
    EXPECT_EQ(store.content().log[0].category, "issue");
    EXPECT_EQ(store.content().log[1].category, "confirm");
}

TEST_F(OrderTest, TheCertificateIsWhatTheProcedureSays) {
    auto request = tc_redo();
    request.fields = {{"commonName", "Anna Ek"}, {"email", "anna@example.com"}};
    request.template_extensions = *from_hex(
        "301B0603551D1104143012811061"
        "6E6E61406578616D706C652E636F6D");
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5) << answer.info;
    const auto& certificate = *answer.certificate_for(card_key("45"));
    EXPECT_EQ(x509::to_string(certificate.subject()), "CN=Anna Ek");
    EXPECT_TRUE(x509::chains(certificate, {hierarchy().authority("end-user-ca").certificate},
                             {hierarchy().authority("root").certificate}, clock.now()));
    EXPECT_EQ(certificate.key_usage(), static_cast<unsigned>(KU_DIGITAL_SIGNATURE));
    EXPECT_EQ(certificate.extended_key_usages(), std::vector<std::string>{"1.3.6.1.5.5.7.3.2"});
    EXPECT_EQ(certificate.not_before(), clock.now());
    EXPECT_EQ(certificate.not_after(), clock.now() + std::chrono::days(730));
    EXPECT_EQ(certificate.serial_hex().size(), 32U);
    EXPECT_FALSE(certificate.is_ca());
    EXPECT_EQ(X509_check_email(certificate.handle(), "anna@example.com", 0, 0), 1);
}

TEST_F(OrderTest, SeveralLinesAreOneOrder) {
    auto request = redo();
    Line add, issue;
    add.key = "46";
    add.action = "add";
    add.usage = {"nonRepudiation"};
    add.card_key = card_key("46", ossl::KeyType::rsa2048);
    issue.key = "47";
    issue.action = "issue";
    issue.card_key = card_key("47");
    request.lines.insert(request.lines.end(), {add, issue});
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5) << answer.info;
    EXPECT_EQ(answer.body_list, (std::vector<unsigned>{100, 101, 102}));
    for (const auto* key : {"45", "46", "47"}) EXPECT_NE(answer.certificate_for(card_key(key)), nullptr) << key;
    EXPECT_EQ(answer.info["revoked"][0], "4302");
    EXPECT_TRUE(store.content().revocations.empty());
    EXPECT_EQ(confirm(request, answer, true).status, 0);
    ASSERT_EQ(store.content().revocations.size(), 1U);
    EXPECT_EQ(store.content().revocations.begin()->second.reason, 4);
}

TEST_F(OrderTest, OneBadLineRefusesAll) {
    auto request = redo();
    Line other;
    other.key = "46";
    other.action = "add";
    other.usage = {"nonRepudiation"};
    other.card_key = card_key("46", ossl::KeyType::rsa2048);
    other.signing_key = card_key("47");
    request.lines.push_back(other);
    const auto answer = order(request);
    EXPECT_EQ(answer.code(), "pop_failed");
    EXPECT_EQ(answer.body_list, std::vector<unsigned>{101});
    EXPECT_EQ(answer.info["error"]["line"], "46");
    EXPECT_TRUE(store.content().certificates.empty());
    EXPECT_TRUE(store.content().orders.empty());
}

TEST_F(OrderTest, AFailedWriteRevokesWhatWasIssued) {
    auto request = tc_redo();
    const auto answer = order(request);
    EXPECT_EQ(confirm(request, answer, false).status, 0);
    EXPECT_EQ(store.content().orders.at(request.transaction).state, OrderState::failed);
    ASSERT_EQ(store.content().revocations.size(), 1U);
    EXPECT_EQ(store.content().revocations.begin()->second.reason, 5);
    EXPECT_FALSE(store.content().certificates.at(0).active);
    EXPECT_TRUE(store.content().used_tcs.empty());
    EXPECT_EQ(confirm(request, answer, true, 0x44).code(), "replay_conflict");
    auto again = tc_redo();
    again.transaction = Bytes(16, 0x12);
    EXPECT_EQ(order(again).status, 5);
}

TEST_F(OrderTest, WithoutConfirmationItIsActiveAtOnce) {
    auto request = redo();
    request.procedure = "employee-at-once";
    const auto answer = order(request);
    EXPECT_EQ(answer.status, 0) << answer.info;
    EXPECT_TRUE(store.content().certificates.at(0).active);
    EXPECT_EQ(store.content().revocations.size(), 1U);
}

TEST_F(OrderTest, AResendGetsTheSameOctetsEvenMuchLater) {
    auto request = tc_redo();
    const Bytes message = encode(request);
    const auto first = send(message);
    ASSERT_EQ(first.status, 5);
    clock.sleep(std::chrono::hours(48));
    const auto second = send(message);
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(store.content().certificates.size(), 1U);
    EXPECT_EQ(store.content().log.back().category, "resend");
    configure([](Config&) {});  // as after a restart: all that counts is in the store
    EXPECT_EQ(send(message).body, first.body);
}

TEST_F(OrderTest, AResendSignedAnewIsTheSameOrder) {
    auto request = tc_redo();
    const auto first = order(request);
    auto again = request;
    again.nonce = Bytes(16, 0x77);
    EXPECT_EQ(order(again).body, first.body);
}

TEST_F(OrderTest, OtherContentsUnderTheSameTransactionAreAConflict) {
    auto request = tc_redo();
    ASSERT_EQ(order(request).status, 5);
    request.fields["commonName"] = "Eve";
    const auto answer = order(request);
    EXPECT_EQ(answer.code(), "replay_conflict");
    EXPECT_EQ(answer.fail_info, 1001);
    EXPECT_EQ(answer.body_list, std::vector<unsigned>{0});
}

TEST_F(OrderTest, AConfirmationMadeAnewGetsAFreshAnswer) {
    auto request = tc_redo();
    const auto answer = order(request);
    const Bytes message = sign(confirmation(request, answer, true, Bytes(16, 0x33)), olivia, {}, clock.now());
    const auto first = send(message);
    ASSERT_EQ(first.status, 0) << first.info;
    EXPECT_EQ(send(message).body, first.body);
    const auto anew = confirm(request, answer, true, 0x44);
    EXPECT_EQ(anew.status, 0);
    EXPECT_EQ(anew.recipient_nonce, Bytes(16, 0x44));
    EXPECT_EQ(confirm(request, answer, false, 0x55).code(), "replay_conflict");
    EXPECT_EQ(store.content().used_tcs.size(), 1U);
}

TEST_F(OrderTest, AConfirmationMustFitTheOrder) {
    auto request = tc_redo();
    auto answer = order(request);
    auto stranger = request;
    stranger.transaction = Bytes(16, 0x15);
    EXPECT_EQ(confirm(stranger, answer, true).code(), "request_malformed");
    auto wrong_nonce = answer;
    wrong_nonce.sender_nonce[0] ^= 1;
    EXPECT_EQ(confirm(request, wrong_nonce, true).code(), "request_malformed");
    auto other_part = request;
    other_part.lines[0].body_part = 101;
    EXPECT_EQ(confirm(other_part, answer, false).code(), "request_malformed");
    EXPECT_EQ(store.content().orders.at(request.transaction).state, OrderState::pending_confirmation);
}

TEST_F(OrderTest, ATransportCertificateIsExchangedOnce) {
    auto first = tc_redo(), second = tc_redo();
    second.transaction = Bytes(16, 0x12);
    const auto first_answer = order(first), second_answer = order(second);
    ASSERT_EQ(second_answer.status, 5) << second_answer.info;
    EXPECT_EQ(confirm(first, first_answer, true).status, 0);
    EXPECT_EQ(confirm(second, second_answer, true).code(), "tc_already_used");
    EXPECT_EQ(store.content().orders.at(second.transaction).state, OrderState::failed);
    EXPECT_EQ(store.content().revocations.size(), 1U);
    auto third = tc_redo();
    third.transaction = Bytes(16, 0x13);
    EXPECT_EQ(order(third).code(), "tc_already_used");
}

TEST_F(OrderTest, IssueVerifiesATransportCertificateAndNeverUsesItUp) {
    auto request = tc_redo();
    request.lines[0].action = "issue";
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5) << answer.info;
    EXPECT_EQ(confirm(request, answer, true).status, 0);
    EXPECT_TRUE(store.content().used_tcs.empty());
}

TEST_F(OrderTest, IssuerCertificatesComeIfTheProcedureStoresThem) {
    configure([](Config& changed) { changed.token_procedures[0].stores_issuer_certificates = true; });
    auto request = tc_redo();
    const auto answer = order(request);
    const auto& issuer = hierarchy().authority("end-user-ca").certificate;
    EXPECT_NE(std::find(answer.certificates.begin(), answer.certificates.end(), issuer), answer.certificates.end());
    EXPECT_EQ(answer.info["issuerCertificates"], nlohmann::json::array({to_hex(issuer.sha256())}));
}

TEST_F(OrderTest, TheAuthenticationOfficerForwardsWhatAnotherSigned) {
    const auto aron = officer("Aron Authenticator");
    auto request = tc_redo();
    EXPECT_EQ(send(encode(request), &aron.certificate).status, 5);
}

TEST_F(OrderTest, DeviationsBendTheAnswer) {
    configure([](Config& changed) { changed.deviations.other_key = true; });
    auto request = tc_redo();
    EXPECT_EQ(order(request).certificate_for(card_key("45")), nullptr);
    configure([](Config& changed) { changed.deviations = {false, false, true, true, true}; });
    request.transaction = Bytes(16, 0x12);
    const auto bent = order(request);
    EXPECT_NE(bent.transaction, request.transaction);
    EXPECT_NE(bent.recipient_nonce, request.nonce);
    EXPECT_EQ(bent.status, -1);
    configure([](Config& changed) { changed.deviations = {.maintenance = true}; });
    EXPECT_EQ(order(request).fail_info, 12);
}

}  // namespace
}  // namespace rakit::cm::test
