#include <gtest/gtest.h>

#include <functional>

#include "common/x509/builder.hpp"
#include "reference/cm/answer.hpp"
#include "tests/unit/reference_cm/fixture.hpp"

namespace rakit::reference::test {
namespace {

/// Client is a CmClient over prepared answers.
struct Client {
    explicit Client(std::vector<Result<net::HttpResponse>> answers) : exchange(std::move(answers)) {}
    FakeExchange exchange;
    VirtualClock clock{kNow};
    SeededRng rng{1, "client"};
    CmClient client{exchange, {World::get().root}, clock, rng};
};

Result<Submission> submit_all(Client& under_test, const Submission& so_far = {}) {
    return under_test.client.submit(Bytes{0x30, 0x00}, World::get().order(), so_far, *World::get().unlocked_officer());
}

Result<Issued> submit(Client& under_test) {
    return submit_all(under_test).transform([](Submission&& submission) { return std::move(submission.issued); });
}

Result<Issued> submit(net::HttpResponse answer) {
    Client under_test({std::move(answer)});
    return submit(under_test);
}

TEST(Submit, CertificatesAreMatchedByKey) {
    const World& world = World::get();
    const auto issued = submit(cmc_answer(AnswerSpec(world, world.order()).encode()));
    ASSERT_TRUE(issued) << to_string(issued.error());
    EXPECT_TRUE(issued->confirmation_required);
    EXPECT_EQ(issued->responder_nonce, Bytes(16, 0x55));
    ASSERT_EQ(issued->certificates.size(), 2U);
    EXPECT_EQ(issued->certificates[0], std::pair(std::string("45"), world.new_rsa));
    EXPECT_EQ(issued->certificates[1], std::pair(std::string("46"), world.new_ec));
    EXPECT_TRUE(issued->issuer_certificates.empty());
}

TEST(Submit, WithoutConfirmationAndWithIssuerCertificates) {
    const World& world = World::get();
    AnswerSpec spec(world, world.order());
    spec.status = 0;
    const std::string empty = "\"issuerCertificates\": []";
    spec.response_info.replace(spec.response_info.find(empty), empty.size(),
                               "\"issuerCertificates\": [\"" + to_hex(world.ca.sha256()) + "\"]");
    const auto issued = submit(cmc_answer(spec.encode()));
    ASSERT_TRUE(issued) << to_string(issued.error());
    EXPECT_FALSE(issued->confirmation_required);
    EXPECT_EQ(issued->issuer_certificates, std::vector{world.ca});
}

TEST(Submit, SendsTheOctetsAsTheyAre) {
    const World& world = World::get();
    Client under_test({cmc_answer(AnswerSpec(world, world.order()).encode())});
    ASSERT_TRUE(submit(under_test));
    const auto& sent = under_test.exchange.requests.at(0);
    EXPECT_EQ(sent.method + " " + sent.target, "POST /cmc");
    EXPECT_EQ(sent.headers.at("content-type"), "application/pkcs7-mime; smime-type=CMC-request");
    EXPECT_EQ(sent.body, (Bytes{0x30, 0x00}));
}

TEST(Submit, AsksForTheIssuersOnlyIfTheBagLacksThem) {
    const World& world = World::get();
    AnswerSpec spec(world, world.order());
    std::erase(spec.bag, world.ca);
    // Any SignedData with the CA in its bag will do.
    const net::HttpResponse cacerts{200, {}, to_bytes(to_base64(AnswerSpec(world, world.order()).encode()))};
    Client under_test({cmc_answer(spec.encode()), cacerts});
    const auto issued = submit(under_test);
    ASSERT_TRUE(issued) << to_string(issued.error());
    EXPECT_EQ(under_test.exchange.requests.at(1).target, "/cacerts");
}

TEST(Submit, AnOrderWhoseIssuersCannotBeHadWasSentAllTheSame) {
    const World& world = World::get();
    AnswerSpec spec(world, world.order());
    std::erase(spec.bag, world.ca);
    const Result<net::HttpResponse> answers[] = {
        fail(ErrorCode::cm_unreachable, "gone"), net::HttpResponse{200, {}, to_bytes("?")},
        net::HttpResponse{200, {}, {}},
        json_answer(503, R"({"version": 1, "error": {"code": "cm_maintenance", "message": "m", "remedy": "r"}})")};
    for (const auto& cacerts : answers) {
        Client under_test({cmc_answer(spec.encode()), cacerts});
        const auto issued = submit(under_test);
        ASSERT_FALSE(issued);
        EXPECT_EQ(issued.error().code, ErrorCode::cm_timeout_after_submit) << to_string(issued.error());
    }
}

struct Row {
    const char* name;
    std::function<void(AnswerSpec&)> change;
    ErrorCode code;
    const char* detail;  // part of it
};

const World& world() { return World::get(); }

void replace(AnswerSpec& spec, const std::string& what, const std::string& with) {
    spec.response_info.replace(spec.response_info.find(what), what.size(), with);
}

x509::Certificate foreign_signer() {
    static const auto certificate = world().issue(world().response_key.get(), "No response key", 9);
    return certificate;
}

const Row kRows[] = {
    {"another content type", [](auto& s) { s.content_type = "1.3.6.1.5.5.7.12.2"; }, ErrorCode::cm_answer_invalid,
     "no PKIResponse"},
    {"a signer without cmcCA", [](auto& s) { s.signer = foreign_signer(); }, ErrorCode::cm_untrusted, "may not sign"},
    {"a signer that is an officer",
     [](auto& s) {
         s.signer = world().officer;
         s.signer_key = world().officer_key.get();
     },
     ErrorCode::cm_untrusted, "may not sign"},
    {"another transaction", [](auto& s) { s.transaction_id->back() ^= 1; }, ErrorCode::cm_answer_mismatch,
     "transaction"},
    {"no transaction", [](auto& s) { s.transaction_id.reset(); }, ErrorCode::cm_answer_mismatch, "transaction"},
    {"another nonce", [](auto& s) { s.recipient_nonce->back() ^= 1; }, ErrorCode::cm_answer_mismatch, "nonce"},
    {"no nonce", [](auto& s) { s.recipient_nonce.reset(); }, ErrorCode::cm_answer_mismatch, "nonce"},
    {"another card", [](auto& s) { s.data_return->back() ^= 1; }, ErrorCode::cm_answer_mismatch, "another card"},
    {"no senderNonce", [](auto& s) { s.sender_nonce.reset(); }, ErrorCode::cm_answer_invalid, "senderNonce"},
    {"about one request only", [](auto& s) { s.body_parts = {8}; }, ErrorCode::cm_answer_mismatch,
     "exactly the requests"},
    {"about the whole message", [](auto& s) { s.body_parts = {0}; }, ErrorCode::cm_answer_mismatch,
     "exactly the requests"},
    {"a request twice",
     [](auto& s) {
         s.body_parts = {8, 8};
     },
     ErrorCode::cm_answer_mismatch, "exactly the requests"},
    {"pending", [](auto& s) { s.status = 3; }, ErrorCode::cm_answer_invalid, "CMCStatus 3"},
    {"partial", [](auto& s) { s.status = 7; }, ErrorCode::cm_answer_invalid, "CMCStatus 7"},
    {"no responseInfo", [](auto& s) { s.response_info.clear(); }, ErrorCode::cm_answer_invalid, "not JSON"},
    {"responseInfo cut", [](auto& s) { s.response_info.resize(40); }, ErrorCode::cm_answer_invalid, "not JSON"},
    {"unknown key in responseInfo", [](auto& s) { replace(s, "\"revoked\"", "\"x\": 1, \"revoked\""); },
     ErrorCode::cm_answer_invalid, "responseInfo"},
    {"another version", [](auto& s) { replace(s, "\"version\": 1", "\"version\": 2"); }, ErrorCode::cm_answer_invalid,
     "responseInfo"},
    {"keys exchanged", [](auto& s) { replace(s, "\"45\"", "\"99\""); }, ErrorCode::cm_answer_mismatch,
     "names no certificate"},
    {"body part of no request", [](auto& s) { replace(s, "\"bodyPartId\": 9", "\"bodyPartId\": 7"); },
     ErrorCode::cm_answer_mismatch, "names no certificate"},
    {"certificate missing in the bag", [](auto& s) { std::erase(s.bag, world().new_ec); },
     ErrorCode::cm_answer_mismatch, "not in its answer"},
    {"certificate of another key",
     [](auto& s) { replace(s, to_hex(world().new_rsa.sha256()), to_hex(world().new_ec.sha256())); },
     ErrorCode::cm_answer_mismatch, "another key"},
    {"the old certificate again",
     [](auto& s) {
         s.bag.push_back(world().old_ec);
         replace(s, to_hex(world().new_ec.sha256()), to_hex(world().old_ec.sha256()));
     },
     ErrorCode::cm_answer_mismatch, "has already"},
    {"an issuer certificate that is none",
     [](auto& s) {
         replace(s, "\"issuerCertificates\": []",
                 "\"issuerCertificates\": [\"" + to_hex(world().new_ec.sha256()) + "\"]");
     },
     ErrorCode::cm_answer_mismatch, "no CA's"},
    {"refused without responseInfo",
     [](auto& s) {
         s.status = 2;
         s.body_parts = {9};
         s.text = "pop_failed";
         s.fail_info = 9;
         s.response_info.clear();
     },
     ErrorCode::pop_failed, "failInfo 9"},
    {"refused with an unknown code",
     [](auto& s) {
         s.status = 2;
         s.text = "moon_phase";
         s.fail_info = 1999;
         s.response_info.clear();
     },
     ErrorCode::cm_answer_invalid, "moon_phase"},
    {"refused with one of our own codes",
     [](auto& s) {
         s.status = 2;
         s.text = "card_removed";
         s.response_info.clear();
     },
     ErrorCode::cm_answer_invalid, "card_removed"},
};

TEST(Submit, WrongAnswersAreRefused) {
    for (const auto& row : kRows) {
        AnswerSpec spec(world(), world().order());
        row.change(spec);
        const auto issued = submit(cmc_answer(spec.encode()));
        ASSERT_FALSE(issued) << row.name;
        EXPECT_EQ(issued.error().code, row.code) << row.name << ": " << to_string(issued.error());
        EXPECT_NE(issued.error().detail.find(row.detail), std::string::npos)
            << row.name << ": " << to_string(issued.error());
    }
}

TEST(Submit, AMismatchNamesTheLine) {
    AnswerSpec spec(world(), world().order());
    std::erase(spec.bag, world().new_ec);
    EXPECT_EQ(submit(cmc_answer(spec.encode())).error().line, "46");
}

TEST(Submit, ACertificateByAStrangerIsUntrusted) {
    SeededRng rng(99, "stranger");
    const auto stranger_key = *ossl::generate_key(ossl::KeyType::ec_p256, rng);
    x509::CertificateTemplate what;
    what.serial = {1};
    what.subject = world().ca.subject();
    what.spki = ossl::spki(stranger_key.get());
    what.not_before = *from_iso8601("2020-01-01T00:00:00Z");
    what.not_after = *from_iso8601("2060-01-01T00:00:00Z");
    what.ca = true;
    const auto stranger = *x509::issue(what, std::nullopt, stranger_key.get());
    what.spki = world().new_ec.spki();
    what.ca = false;
    const auto forged = *x509::issue(what, stranger, stranger_key.get());
    AnswerSpec spec(world(), world().order());
    spec.bag.push_back(forged);
    spec.bag.push_back(stranger);
    replace(spec, to_hex(world().new_ec.sha256()), to_hex(forged.sha256()));
    const net::HttpResponse cacerts{200, {}, to_bytes(to_base64(AnswerSpec(world(), world().order()).encode()))};
    Client under_test({cmc_answer(spec.encode()), cacerts});
    const auto issued = submit(under_test);
    ASSERT_FALSE(issued);
    EXPECT_EQ(issued.error().code, ErrorCode::cm_untrusted);
    EXPECT_EQ(issued.error().line, "46");
}

TEST(Submit, ASignerWhoseTimeIsOverIsUntrusted) {
    Client under_test({cmc_answer(AnswerSpec(world(), world().order()).encode())});
    under_test.clock.sleep(std::chrono::hours(24 * 365 * 40));
    EXPECT_EQ(submit(under_test).error().code, ErrorCode::cm_untrusted);
}

TEST(Submit, ARefusalSaysWhatTheCmSaid) {
    AnswerSpec spec(world(), world().order());
    spec.status = 2;
    spec.body_parts = {9};
    spec.text = "tc_revoked";
    spec.fail_info = 1047;
    spec.response_info =
        R"({"version": 1, "error": {"code": "tc_revoked", "number": 1047, "message": "on the CRL since May",
        "remedy": "Order another card.", "line": "46"}})";
    const auto issued = submit(cmc_answer(spec.encode()));
    ASSERT_FALSE(issued);
    const Error expected{ErrorCode::tc_revoked, "on the CRL since May", "submit",
                         "CMC bodyPart 9",      "Order another card.",  "46"};
    EXPECT_EQ(issued.error(), expected);
}

TEST(Submit, ARefusalOfAMessageThatCouldNotBeReadEchoesNothing) {
    AnswerSpec spec(world(), world().order());
    spec.status = 2;
    spec.body_parts = {0};
    spec.text = "signature_invalid";
    spec.fail_info = 1;
    spec.transaction_id.reset();
    spec.recipient_nonce.reset();
    spec.data_return.reset();
    spec.response_info.clear();
    EXPECT_EQ(submit(cmc_answer(spec.encode())).error().code, ErrorCode::signature_invalid);
    spec.recipient_nonce = Bytes(16, 1);
    EXPECT_EQ(submit(cmc_answer(spec.encode())).error().code, ErrorCode::cm_answer_mismatch);
}

TEST(Submit, WhatIsNoCmsIsRefused) {
    const Bytes good = AnswerSpec(world(), world().order()).encode();
    Bytes trailing = good, cut = good;
    trailing.push_back(0);
    cut.resize(cut.size() - 1);
    for (const Bytes& body : {Bytes{}, to_bytes("<html>"), Bytes(5000, 0x30), trailing, cut}) {
        const auto issued = submit(cmc_answer(body));
        ASSERT_FALSE(issued);
        EXPECT_EQ(issued.error().code, ErrorCode::cm_answer_invalid) << to_string(issued.error());
    }
    EXPECT_EQ(submit(cmc_answer(trailing)).error().where, "offset " + std::to_string(good.size()));
    const AnswerSpec spec(world(), world().order());
    EXPECT_EQ(submit(cmc_answer(sign(Bytes{0x30, 0x00}, spec.content_type, spec))).error().where, "offset 2");
}

TEST(Submit, HttpRefusals) {
    const auto refused = submit(
        json_answer(400, R"({"version": 1, "error": {"code": "request_malformed", "message": "m", "remedy": "r"}})"));
    EXPECT_EQ(refused.error(), (Error{ErrorCode::request_malformed, "m", "submit", "HTTP 400", "r", ""}));
    EXPECT_EQ(submit(json_answer(502, "<html>Bad gateway</html>")).error().code, ErrorCode::cm_answer_invalid);
    Client under_test({Result<net::HttpResponse>(fail(ErrorCode::cm_no_answer, "no answer"))});
    EXPECT_EQ(submit(under_test).error().code, ErrorCode::cm_timeout_after_submit);
}

TEST(Pending, IsToldAndAskedForAgain) {
    AnswerSpec spec(world(), world().order());
    spec.status = 3;
    spec.pend_info = *from_hex("3014 040101 180F32303330303130313132303030305A");
    spec.response_info.clear();
    Client first({cmc_answer(spec.encode())});
    const auto waiting = submit_all(first);
    ASSERT_TRUE(waiting) << to_string(waiting.error());
    const Pending pending{{1}, *from_iso8601("2030-01-01T12:00:00Z"), Bytes(16, 0x55)};
    EXPECT_EQ(waiting->pending, pending);
    EXPECT_TRUE(waiting->issued.certificates.empty());

    AnswerSpec issued(world(), world().order());
    issued.recipient_nonce = SeededRng(1, "client").bytes(16);  // what Client will draw
    issued.data_return.reset();
    Client second({cmc_answer(issued.encode())});
    const auto done = submit_all(second, *waiting);
    ASSERT_TRUE(done) << to_string(done.error());
    EXPECT_EQ(done->issued.certificates.size(), 2U);
    EXPECT_FALSE(done->pending);
    EXPECT_NE(second.exchange.requests.at(0).body, (Bytes{0x30, 0x00})) << "the order itself is not sent again";

    spec.pend_info.clear();  // pending, and nothing to ask with
    EXPECT_EQ(submit(cmc_answer(spec.encode())).error().code, ErrorCode::cm_answer_invalid);
}

TEST(Submit, ACertificateOutsideItsValidityIsRefused) {
    for (const auto shift : {std::chrono::hours(24 * 365 * 100), std::chrono::hours(-24 * 365 * 100)}) {
        const auto at = kNow + shift;
        const auto judged = check_certificate(world().new_rsa, world().order().lines[0], at);
        ASSERT_FALSE(judged);
        EXPECT_EQ(judged.error().code, ErrorCode::cm_answer_invalid);
    }
    EXPECT_TRUE(check_certificate(world().new_rsa, world().order().lines[0], kNow));
}

struct ConfirmWorld {
    AnswerSpec spec{world(), world().order()};
    Issued issued{true, Bytes(16, 0x55), {{"45", world().new_rsa}, {"46", world().new_ec}}, {}};
    ConfirmWorld() {
        spec.status = 0;
        spec.body_parts = {4, 5};
        spec.recipient_nonce = SeededRng(1, "client").bytes(16);  // what Client will draw
        spec.response_info.clear();
        spec.data_return.reset();
    }
};

TEST(Confirm, IsAcknowledged) {
    ConfirmWorld confirm;
    for (const bool accepted : {true, false}) {
        Client under_test({cmc_answer(confirm.spec.encode())});
        const auto done =
            under_test.client.confirm(world().order(), confirm.issued, accepted, *world().unlocked_officer());
        EXPECT_TRUE(done) << to_string(done.error());
        EXPECT_EQ(under_test.exchange.requests.at(0).target, "/cmc");
    }
}

TEST(Confirm, AnOldAnswerIsNoAcknowledgement) {
    ConfirmWorld confirm;
    confirm.spec.recipient_nonce = world().order().sender_nonce;
    Client under_test({cmc_answer(confirm.spec.encode())});
    const auto done = under_test.client.confirm(world().order(), confirm.issued, true, *world().unlocked_officer());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::cm_answer_mismatch);
}

TEST(Confirm, ALockedOfficerSendsNothing) {
    ConfirmWorld confirm;
    auto officer = world().unlocked_officer();
    officer->lock();
    Client under_test({});
    EXPECT_EQ(under_test.client.confirm(world().order(), confirm.issued, true, *officer).error().code,
              ErrorCode::officer_credential_invalid);
}

}  // namespace
}  // namespace rakit::reference::test
