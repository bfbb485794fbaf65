#include <gtest/gtest.h>

#include <functional>

#include "common/x509/builder.hpp"
#include "scenarios/runner/judge.hpp"

namespace rakit::scenarios {
namespace {

using ossl::KeyType;

constexpr const char* kTransport = "2.25.259992147378155069564548854890386613715";

ossl::PKey key(const char* label) {
    SeededRng rng(1, label);
    return ossl::generate_key(KeyType::ec_p256, rng).value();
}

x509::Certificate certificate(EVP_PKEY* of, std::uint8_t serial, bool transport = false) {
    x509::CertificateTemplate what;
    what.serial = {serial};
    what.subject = {{"CN", "Anna Ek"}};
    what.spki = ossl::spki(of);
    what.not_before = *from_iso8601("2024-01-01T00:00:00Z");
    what.not_after = *from_iso8601("2044-01-01T00:00:00Z");
    if (transport) what.policies = {kTransport};
    return x509::issue(what, std::nullopt, key("issuer").get(), {.repeatable = true}).value();
}

/// Sample is a TC exchange on key 45 that went well, with key 46 left alone.
struct Sample {
    ossl::PKey one = key("one"), two = key("two");
    x509::Certificate tc = certificate(one.get(), 1, true), fresh = certificate(one.get(), 2),
                      other = certificate(two.get(), 3), issuer = certificate(key("ca").get(), 4);
    Expectation expect;
    Observation seen;

    Sample() {
        seen.before.serial = seen.after.serial = "0A";
        seen.before.keys = {{"45", ossl::spki(one.get()), {tc}}, {"46", ossl::spki(two.get()), {other}}};
        seen.after.keys = {{"45", ossl::spki(one.get()), {fresh}}, {"46", ossl::spki(two.get()), {other}}};
        seen.before.files = {{"4301", "AA"}};
        seen.after.files = {{"4301", "BB"}};
        seen.before.storage = seen.after.storage = {"4301"};
        seen.before.files["4402"] = seen.after.files["4402"] = "CC";
        seen.before.credentials = seen.after.credentials = {{"PIN 01", Bytes{1}}};
        seen.before.tries = seen.after.tries = {{1, 3}};
        seen.before.ca_certificates = seen.after.ca_certificates = {issuer};
        seen.other_before = seen.other_after = seen.before;
        seen.officer_before = seen.officer_after = seen.before;
        seen.cm = {{{fresh.sha256(), "active"}}, 1, 0, 1, {{"issue", "ok", "Olivia Officer", "employee-tc", ""}}};
        seen.result = "ok";
        seen.prompts = {"signature-pin", "pin:01"};
        seen.notices = {"soft_token_warning"};
        seen.written.push_back({"the trace", to_bytes("00 20 00 01 Lc=8")});
        seen.secrets.emplace_back("73510246");
        expect.result = "ok";
        expect.card.keys["45"] = {1, 1, std::vector<int>{}, "gone", {{{"commonName", "Anna Ek"}, {"email", {}}}, {{}}}};
        expect.cm = {1, 0, 0, 1, 1, {"ok"}, {}};
        expect.log = {{{"category", "issue"}, {"code", "ok"}, {"officer", "Olivia Officer"}}};
        expect.not_told = {"resumed"};
        expect.prompts = seen.prompts;
        expect.not_prompted = {"op-pin"};
        expect.tries[1] = 3;
        expect.files = 0;
        expect.notices = {"soft_token_warning"};
    }
};

std::string text(const std::vector<Mismatch>& found) {
    std::string out;
    for (const auto& one : found) out += one.what + ": expected " + one.expected + ", seen " + one.seen + "\n";
    return out;
}

TEST(Judge, PassesWhatIsAsExpected) {
    const Sample sample;
    EXPECT_EQ(text(judge(sample.expect, sample.seen)), "");
}

TEST(Judge, AFileForANewCertificateIsNotLeftOver) {
    Sample sample;
    sample.seen.after.files.erase("4301");
    sample.seen.after.files["4302"] = "BB";
    sample.seen.after.storage = {"4302"};
    EXPECT_EQ(text(judge(sample.expect, sample.seen)), "");
}

TEST(Judge, WhatOnlyAWindowShowedIsNotJudged) {
    Sample sample;
    sample.seen.dialog_seen = false;
    sample.seen.prompts = sample.seen.notices = {};
    EXPECT_EQ(text(judge(sample.expect, sample.seen)), "");
}

/// Wrong is one way in which an outcome is wrong, and what the judge must say of it.
struct Wrong {
    const char* name;
    std::function<void(Sample&)> make;
    const char* says;
};

class JudgeCatches : public testing::TestWithParam<Wrong> {};

TEST_P(JudgeCatches, It) {
    Sample sample;
    GetParam().make(sample);
    EXPECT_NE(text(judge(sample.expect, sample.seen)).find(GetParam().says), std::string::npos)
        << text(judge(sample.expect, sample.seen));
}

/// unchanged makes of the sample one that expects a card as it was.
void unchanged(Sample& s) {
    s.expect.card.keys.clear();
    s.expect.card.unchanged = true;
    s.seen.after = s.seen.before;
    s.seen.cm = {};
    s.expect.cm = {};
    s.expect.cm.active = 0;
}

INSTANTIATE_TEST_SUITE_P(
    Outcome, JudgeCatches,
    testing::Values(
        Wrong{"Result", [](Sample& s) { s.seen.result = "tc_expired"; }, "result: expected ok, seen tc_expired"},
        Wrong{"WrongPinsSent", [](Sample& s) { s.seen.wrong_pins_sent = 1; },
              "wrong PINs sent to the card: expected at most 0, seen 1"},
        Wrong{"LeftOpen", [](Sample& s) { s.seen.left_open = true; },
              "PINs when all is over: expected none is verified any more, seen one is"},
        Wrong{"CardHeld",
              [](Sample& s) {
                  s.seen.held_at = {"pin:01", "request:3"};
              },
              "card held over a prompt or a request: expected never, seen pin:01, request:3"},
        Wrong{"FirstResultMissing", [](Sample& s) { s.expect.first_result = "card_removed"; },
              "result of the update: expected card_removed, seen none"},
        Wrong{"FirstResultTooMuch", [](Sample& s) { s.seen.first_result = "card_removed"; },
              "expected none, seen card_removed"},
        Wrong{"TcKept", [](Sample& s) { s.seen.after.keys[0].certificates.push_back(s.tc); },
              "transport certificate: expected gone, seen kept"},
        Wrong{"TooManyCertificates", [](Sample& s) { s.seen.after.keys[0].certificates.push_back(s.tc); },
              "key 45: certificates: expected 1, seen 2"},
        Wrong{"OldOneKept", [](Sample& s) { s.seen.after.keys[0].certificates.push_back(s.tc); },
              "former certificates that are there: expected none, seen 1"},
        Wrong{"NothingNew", [](Sample& s) { s.seen.after.keys[0].certificates = {s.tc}; },
              "new certificates: expected 1, seen 0"},
        Wrong{"NoCertificateLeft", [](Sample& s) { s.seen.after.keys[0].certificates.clear(); },
              "expected the old or the new certificate, seen none"},
        Wrong{"KeyGone", [](Sample& s) { s.seen.after.keys.pop_back(); }, "key 46: expected on the card, seen gone"},
        Wrong{"UnknownKey", [](Sample& s) { s.expect.card.keys["99"].fresh = 1; },
              "key 99: expected on the card, seen never there"},
        Wrong{"OtherKey", [](Sample& s) { s.seen.after.keys[0].spki = s.seen.after.keys[1].spki; },
              "expected the same key"},
        Wrong{"UnnamedKeyTouched",
              [](Sample& s) { s.seen.after.keys[1].certificates.push_back(certificate(s.two.get(), 9)); },
              "key 46: expected certificates as they were"},
        Wrong{"CertificateOfAnotherKey",
              [](Sample& s) { s.seen.after.keys[0].certificates = {certificate(s.two.get(), 8)}; },
              "expected of this key, seen of another key"},
        Wrong{"CertificateUnknownToTheCm", [](Sample& s) { s.seen.cm.certificates.clear(); },
              "issued by the CM and active there, seen unknown to it"},
        Wrong{"CertificateStillPending", [](Sample& s) { s.seen.cm.certificates[0].state = "pending"; },
              "issued by the CM and active there, seen pending"},
        Wrong{"Subject", [](Sample& s) { s.expect.card.keys["45"].content.subject["commonName"] = "Eva Ek"; },
              "key 45: commonName of the certificate: expected Eva Ek, seen Anna Ek"},
        Wrong{"SubjectFieldThere", [](Sample& s) { s.expect.card.keys["45"].content.subject["commonName"] = {}; },
              "commonName of the certificate: expected absent, seen Anna Ek"},
        Wrong{"SubjectFieldMissing", [](Sample& s) { s.expect.card.keys["45"].content.subject["email"] = "a@b.se"; },
              "email of the certificate: expected a@b.se, seen absent"},
        Wrong{"QcStatements", [](Sample& s) { s.expect.card.keys["45"].content.qc = {"0.4.0.1862.1.1"}; },
              "QC statements of the certificate: expected 0.4.0.1862.1.1, seen none"},
        Wrong{"IssuerCertificateMore", [](Sample& s) { s.seen.after.ca_certificates.push_back(s.other); },
              "issuer certificates: expected as they were, seen others"},
        Wrong{"IssuerCertificateNotReplaced",
              [](Sample& s) {
                  s.expect.card.ca = {1, 1, std::vector<int>{}, {}, {}};
              },
              "issuer certificates: new certificates: expected 1, seen 0"},
        Wrong{"OtherCardTouched", [](Sample& s) { s.seen.other_after->files["4301"] = "CC"; },
              "the other card: file 4301: expected byte-identical, seen changed"},
        Wrong{"OfficersCardTouched", [](Sample& s) { s.seen.officer_after->files["4301"] = "CC"; },
              "the officer's card: file 4301: expected byte-identical, seen changed"},
        Wrong{"HandedOutMissing",
              [](Sample& s) {
                  s.expect.handed_out = std::vector{HandedOut{"45", {}}};
              },
              "certificate handed out of key 45: expected there, seen missing"},
        Wrong{"HandedOutMore",
              [](Sample& s) {
                  s.expect.handed_out.emplace();
                  s.seen.files = {s.fresh};
              },
              "certificates handed out: expected no others, seen 1 more"},
        Wrong{"HandedOutUnknown",
              [](Sample& s) {
                  s.expect.handed_out = std::vector{HandedOut{"46", {}}};
                  s.seen.files = {s.other};
              },
              "handed out of key 46: expected issued by the CM and active there, seen unknown to it"},
        Wrong{"LogOfAnotherOfficer", [](Sample& s) { s.expect.log[0]["officer"] = "Clara Closed"; },
              "expected category issue, code ok, officer Clara Closed, seen issue ok by Olivia Officer"},
        Wrong{"NoticeTooMuch", [](Sample& s) { s.seen.notices.push_back("resumed"); },
              "notice resumed: expected not told, seen told"},
        Wrong{"CardDamaged", [](Sample& s) { s.seen.after.damage = {"4404: no entry"}; },
              "card: expected in order, seen 4404"},
        Wrong{"FileChanged",
              [](Sample& s) {
                  unchanged(s);
                  s.seen.after.files["4301"] = "BB";
              },
              "file 4301: expected byte-identical, seen changed"},
        Wrong{"FileDeleted",
              [](Sample& s) {
                  unchanged(s);
                  s.seen.after.files.clear();
              },
              "byte-identical, seen deleted"},
        Wrong{"FileCreated",
              [](Sample& s) {
                  unchanged(s);
                  s.seen.after.files["4302"] = "";
              },
              "file 4302: expected not there"},
        Wrong{"Active", [](Sample& s) { s.expect.cm.active = 2; }, "CM: active certificates: expected 2, seen 1"},
        Wrong{"Pending", [](Sample& s) { s.expect.cm.pending = 1; }, "CM: pending certificates: expected 1, seen 0"},
        Wrong{"Revoked", [](Sample& s) { s.seen.cm.revoked_former = 1; },
              "CM: revoked certificates: expected 0, seen 1"},
        Wrong{"Orders", [](Sample& s) { s.seen.cm.orders = 2; }, "CM: orders: expected 1, seen 2"},
        Wrong{"UsedTcs", [](Sample& s) { s.seen.cm.used_tcs = 0; }, "CM: TCs used up: expected 1, seen 0"},
        Wrong{"Requests", [](Sample& s) { s.expect.cm.requests = 4; }, "CM: requests: expected 4, seen 0"},
        Wrong{"SecondResult", [](Sample& s) { s.seen.second_result = "pin_wrong"; },
              "result of the first resume: expected none, seen pin_wrong"},
        Wrong{"OtherResult", [](Sample& s) { s.expect.other_result = "ok"; },
              "result of the other RA: expected ok, seen none"},
        Wrong{"LastUpdateSame",
              [](Sample& s) {
                  s.expect.card.last_update = "renewed";
                  s.seen.before.last_update = s.seen.after.last_update = "20240601000000Z";
              },
              "lastUpdate: expected renewed, seen same"},
        Wrong{"LastUpdateSetBack",
              [](Sample& s) {
                  s.expect.card.last_update = "renewed";
                  s.seen.before.last_update = "20240601000000Z";
                  s.seen.after.last_update = "20230601000000Z";
              },
              "lastUpdate: expected renewed, seen set back"},
        Wrong{"Log", [](Sample& s) { s.expect.cm.log = {"tc_expired"}; },
              "CM: request log: expected tc_expired, seen ok"},
        Wrong{"Prompts", [](Sample& s) { s.seen.prompts.pop_back(); },
              "prompts: expected signature-pin, pin:01, seen signature-pin\n"},
        Wrong{"PromptsInAnotherOrder", [](Sample& s) { std::swap(s.seen.prompts[0], s.seen.prompts[1]); },
              "prompts: expected"},
        Wrong{"PromptTooMuch",
              [](Sample& s) {
                  s.expect.prompts.reset();
                  s.seen.prompts.push_back("op-pin");
              },
              "prompt op-pin: expected not shown"},
        Wrong{"Notices", [](Sample& s) { s.seen.notices.clear(); }, "notices: expected soft_token_warning, seen none"},
        Wrong{"Tries", [](Sample& s) { s.seen.after.tries[1] = 2; }, "tries left of PIN 01: expected 3, seen 2"},
        Wrong{"TriesOfNoPin", [](Sample& s) { s.expect.tries[7] = 2; },
              "tries left of PIN 07: expected 2, seen no such PIN"},
        Wrong{"Files", [](Sample& s) { s.seen.files.push_back(s.fresh); }, "handed out as files: expected 0, seen 1"},
        Wrong{"PinInPlain",
              [](Sample& s) {
                  s.seen.written.push_back({"the journal", to_bytes("pin=73510246;")});
              },
              "secrets in the journal: expected none, seen <pin, 8 digits>"},
        Wrong{
            "PinInHex",
            [](Sample& s) { s.seen.written[0].content = to_bytes("0020000108" + to_hex(s.seen.secrets[0].digits())); },
            "secrets in the trace: expected none, seen <pin, 8 digits> in hex"},
        Wrong{"PinInUtf16",
              [](Sample& s) {
                  std::string wide;
                  for (const char digit : std::string("73510246")) wide += {'\0', digit};
                  s.seen.written[0].content = to_bytes(wide);
              },
              "secrets in the trace: expected none, seen <pin, 8 digits> in UTF-16"},
        Wrong{"PinInBase64", [](Sample& s) { s.seen.written[0].content = to_bytes(to_base64(to_bytes("73510246"))); },
              "secrets in the trace: expected none, seen <pin, 8 digits> in base64"},
        Wrong{"PinWithinBase64",
              [](Sample& s) { s.seen.written[0].content = to_bytes(to_base64(to_bytes("{\"pin\":\"73510246\"}"))); },
              "secrets in the trace: expected none, seen <pin, 8 digits> in base64"},
        Wrong{"PinAtTheEndOfBase64",
              [](Sample& s) { s.seen.written[0].content = to_bytes(to_base64(to_bytes("olivia:73510246"))); },
              "secrets in the trace: expected none, seen <pin, 8 digits> in base64"},
        Wrong{"PinOnTheCard",
              [](Sample& s) { s.seen.after.files["4301"] = R"({"content":"AA3733353130323436","path":"4301"})"; },
              "secrets in the card's file 4301: expected none, seen <pin, 8 digits>"},
        Wrong{"PinChanged", [](Sample& s) { s.seen.after.credentials["PIN 01"] = {2}; },
              "PIN 01: expected as it was, seen another value or limit"},
        Wrong{"PinGone", [](Sample& s) { s.seen.after.credentials.clear(); }, "PIN 01: expected as it was, seen gone"},
        Wrong{"OtherFileChanged", [](Sample& s) { s.seen.after.files["4402"] = "DD"; },
              "file 4402: expected as it was, seen changed"},
        Wrong{"OtherFileDeleted", [](Sample& s) { s.seen.after.files.erase("4402"); },
              "file 4402: expected as it was, seen deleted"},
        Wrong{"FileLeftOver", [](Sample& s) { s.seen.after.files["4FFE"] = ""; },
              "file 4FFE: expected none that no directory names, seen left over"},
        Wrong{"FileOfTheOfficersCard", [](Sample& s) { s.seen.officer_after->credentials["PIN 01"] = {2}; },
              "the officer's card: PIN 01: expected as it was"}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace rakit::scenarios
