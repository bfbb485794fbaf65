#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

class DeviationTest : public HostTest {
protected:
    void bend(const std::function<void(Deviations&)>& change) {
        host->change([&](Config& changed) { change(changed.deviations); });
    }
    bool trusted(const Answer& answer, const x509::Certificate& certificate, UtcTime at) {
        auto known = answer.certificates;
        for (const auto& one : ca_certificates(hierarchy())) known.push_back(one);
        return x509::chains(certificate, known, {hierarchy().authority("root").certificate}, at);
    }
};

TEST_F(DeviationTest, SwappedCertificatesAreForEachOthersKeys) {
    bend([](Deviations& d) { d.swapped_certificates = true; });
    auto request = redo();
    Line second;
    second.key = "46";
    second.action = "issue";
    second.usage = {"nonRepudiation"};
    second.card_key = card_key("46");
    request.lines.push_back(second);
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5) << answer.info;
    EXPECT_EQ(answer.info["lines"][0]["sha256"], to_hex(answer.certificate_for(card_key("46"))->sha256()));
    EXPECT_EQ(answer.info["lines"][1]["sha256"], to_hex(answer.certificate_for(card_key("45"))->sha256()));
}

TEST_F(DeviationTest, TheWrongCaHasTheRightName) {
    bend([](Deviations& d) { d.wrong_ca = true; });
    auto request = redo();
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5) << answer.info;
    const auto& certificate = *answer.certificate_for(card_key("45"));
    EXPECT_EQ(certificate.issuer_der(), hierarchy().authority("end-user-ca").certificate.subject_der());
    EXPECT_FALSE(trusted(answer, certificate, clock.now()));
}

TEST_F(DeviationTest, TheExpiredCaIsInTheBag) {
    bend([](Deviations& d) { d.expired_ca = true; });
    auto request = redo();
    const auto answer = order(request);
    const auto& certificate = *answer.certificate_for(card_key("45"));
    EXPECT_FALSE(trusted(answer, certificate, clock.now()));
    EXPECT_TRUE(x509::chains(certificate, answer.certificates, {hierarchy().authority("root").certificate}, {}));
    EXPECT_GT(certificate.not_after(), clock.now());
}

TEST_F(DeviationTest, NotYetValid) {
    bend([](Deviations& d) { d.not_yet_valid = true; });
    auto request = redo();
    EXPECT_GT(order(request).certificate_for(card_key("45"))->not_before(), clock.now());
}

TEST_F(DeviationTest, PendingNTimesWhateverTheProcedure) {
    bend([](Deviations& d) { d.pending_times = 2; });
    auto request = redo();
    const auto first = order(request);
    EXPECT_EQ(first.status, 3);
    const auto second = ask(request, first, 0x41);
    EXPECT_EQ(second.status, 3);
    EXPECT_EQ(ask(request, second, 0x42).status, 5);
}

TEST_F(DeviationTest, ALostAnswerIsIssuedAndTheResendGetsIt) {
    bend([](Deviations& d) { d.lost_answer = true; });
    auto request = redo();
    const Bytes message = encode(request);
    EXPECT_EQ(send(message).http_status, kNoAnswer);
    EXPECT_EQ(store.content().certificates.size(), 1U);
    EXPECT_EQ(send(message).status, 5);
    EXPECT_EQ(store.content().certificates.size(), 1U);
}

TEST_F(DeviationTest, RefusedAfterConfirmIsRevoked) {
    bend([](Deviations& d) { d.refuse_confirmation = true; });
    auto request = redo();
    const auto answer = order(request);
    const auto refused = confirm(request, answer, true);
    EXPECT_EQ(refused.code(), "cm_internal");
    EXPECT_EQ(store.content().orders.at(request.transaction).state, OrderState::failed);
    ASSERT_EQ(store.content().revocations.size(), 1U);
    EXPECT_EQ(store.content().revocations.begin()->second.reason, 5);
    EXPECT_FALSE(store.content().certificates.at(0).active);
}

}  // namespace
}  // namespace rakit::cm::test
