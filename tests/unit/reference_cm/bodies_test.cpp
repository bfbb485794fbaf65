#include "reference/cm/bodies.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/file.hpp"
#include "common/document/document.hpp"
#include "reference/cm/op_pin_scan.hpp"
#include "tests/unit/reference_cm/fixture.hpp"

namespace rakit::reference::test {
namespace {

using nlohmann::json;

/// findings checks against the schema that the CM reads by; tests run in the source's root.
std::string findings(const std::string& text, const std::string& schema) {
    const auto content = read_file("docs/formats/schema/" + schema + ".schema.json");
    if (!content) return to_string(content.error());
    document::Document document{"body", json::parse(text), {}, {}};
    document::check(document, json::parse(as_text(*content)));
    std::string all;
    for (const auto& finding : document.findings) all += to_string(finding) + "\n";
    return all;
}

TEST(Bodies, WhatIsSentFitsTheSchemas) {
    const Order order = World::get().order();
    EXPECT_EQ(findings(*write_prepare_request(order), "prepare-request"), "");
    EXPECT_EQ(findings(*write_reg_info(order, {8, 9}), "reg-info"), "");
}

TEST(Bodies, RegInfoSaysWhatIsReplacedAndWhichTc) {
    const World& world = World::get();
    Order order = world.order();
    auto info = json::parse(*write_reg_info(order, {8, 9}));
    EXPECT_EQ(info["card"], (json{{"serial", "0A1B2C3D"}, {"atr", "3B8501"}, {"profile", "pkcs15"}}));
    EXPECT_EQ(info["lines"][0]["transportCertificate"], to_hex(world.tc.sha256()));
    EXPECT_FALSE(info["lines"][1].contains("transportCertificate"));
    EXPECT_EQ(info["lines"][1]["replaces"]["serial"], "04");
    EXPECT_EQ(info["lines"][1]["replaces"]["issuer"], to_base64(world.ca.subject_der()));
    EXPECT_EQ(info["lines"][1]["bodyPartId"], 9);
    EXPECT_EQ(info["fields"]["email"], "asa@example.com");
    order.lines[0].action = "issue";
    info = json::parse(*write_reg_info(order, {8, 9}));
    EXPECT_FALSE(info["lines"][0].contains("replaces"));
    EXPECT_TRUE(info["lines"][0].contains("transportCertificate"));
}

TEST(Bodies, ATextThatIsNoUtf8IsRefused) {
    Order order = World::get().order();
    order.fields["commonName"] = "\xC5";
    EXPECT_EQ(write_reg_info(order, {8, 9}).error().code, ErrorCode::field_invalid);
    order.lines[0].label = "\xFF";
    EXPECT_EQ(write_prepare_request(order).error().code, ErrorCode::field_invalid);
}

constexpr std::string_view kPrepareAnswer =
    R"({"version": 1, "procedure": "employee-tc", "dialog": "ca", "confirmation": true,
    "order": "issue-first", "opPin": {"required": true, "held": true, "value": "86420975"}, "issuerCertificates": {"stored": true},
    "fields": [{"name": "commonName", "label": "Name", "required": true, "visible": false}]})";

struct Client {
    explicit Client(net::HttpResponse answer) : exchange({std::move(answer)}) {}
    FakeExchange exchange;
    VirtualClock clock{kNow};
    SeededRng rng{1, "client"};
    CmClient client{exchange, {World::get().root}, clock, rng};
};

TEST(Prepare, TheOpPinComesApart) {
    Client under_test(json_answer(200, kPrepareAnswer));
    Order order = World::get().order();
    order.lines.resize(1);  // a TC's: nobody has to be asked who issued it
    const auto prepared = under_test.client.prepare(order);
    ASSERT_TRUE(prepared) << to_string(prepared.error());
    const auto& [answer, pin] = *prepared;
    EXPECT_TRUE(answer.ca_dialog && answer.confirmation && answer.issue_first && answer.op_pin_required &&
                answer.op_pin_held && answer.issuer_certificates_stored);
    ASSERT_EQ(answer.fields.size(), 1U);
    EXPECT_EQ(answer.fields[0].name, "commonName");
    EXPECT_FALSE(answer.fields[0].visible);
    EXPECT_EQ(as_text(pin.digits()), "86420975");
    EXPECT_EQ(under_test.exchange.requests.at(0).target, "/ra/prepare");
}

TEST(Prepare, TheOpPinIsBlankedBeforeTheJsonLibrarySeesIt) {
    SecretBytes text(kPrepareAnswer.begin(), kPrepareAnswer.end());
    const auto pin = take_op_pin(text);
    ASSERT_TRUE(pin);
    EXPECT_EQ(as_text(pin->digits()), "86420975");
    EXPECT_EQ(text.size(), kPrepareAnswer.size());
    EXPECT_EQ(as_text(text).find("86420975"), std::string_view::npos);
    EXPECT_NE(as_text(text).find("\"00000000\""), std::string_view::npos);
}

TEST(Prepare, NoAnswerIsReadTwoWays) {
    const std::pair<const char*, const char*> rows[] = {
        {"\"86420975\"", "\"8642\\u00309\""},
        {"\"86420975\"", "\"1\", \"value\": \"2\""},
        {"\"86420975\"", "86420975"},
        {", \"value\": \"86420975\"", ""},
        {"\"held\": true", "\"held\": false"},
        {"\"dialog\": \"ca\"", "\"dialog\": \"other\""},
        {"\"version\": 1", "\"version\": \"1\""},
        {"\"visible\": false", "\"visible\": false, \"x\": 0"},
        {"\"fields\"", "\"felds\""},
        {"}", ""},
        {"{\"version\": 1", "[{\"version\": 1"},
    };
    for (const auto& [what, with] : rows) {
        std::string body(kPrepareAnswer);
        body.replace(body.find(what), std::string_view(what).size(), with);
        Client under_test(json_answer(200, body));
        const auto prepared = under_test.client.prepare(World::get().order());
        ASSERT_FALSE(prepared) << with;
        EXPECT_EQ(prepared.error().code, ErrorCode::cm_answer_invalid) << with;
        EXPECT_EQ(to_string(prepared.error()).find("8642"), std::string::npos) << to_string(prepared.error());
    }
}

TEST(Prepare, ASyntaxErrorHasItsOffset) {
    Client under_test(json_answer(200, "{\"version\": ?"));
    EXPECT_EQ(under_test.client.prepare(World::get().order()).error().where, "offset 13");
}

TEST(Prepare, ARefusalIsTheCms) {
    Client under_test(
        json_answer(422, R"({"version": 1, "error": {"code": "tc_missing", "number": 1041, "message": "no TC on 45",
        "remedy": "Choose another procedure.", "line": "45"}})"));
    const auto prepared = under_test.client.prepare(World::get().order());
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error(),
              (Error{ErrorCode::tc_missing, "no TC on 45", "prepare", "HTTP 422", "Choose another procedure.", "45"}));
    Client strange(
        json_answer(422, R"({"version": 1, "error": {"code": "moon_phase", "message": "waning", "remedy": ""}})"));
    const auto unknown = strange.client.prepare(World::get().order());
    EXPECT_EQ(unknown.error().code, ErrorCode::cm_answer_invalid);
    EXPECT_EQ(unknown.error().detail, "the CM refused with an unknown code 'moon_phase': waning");
}

TEST(Procedures, AreListed) {
    Client under_test(json_answer(
        200, R"({"version": 1, "procedures": [{"name": "employee-tc", "title": "Employee", "profiles": ["pkcs15"],
        "tcControls": true, "dialects": ["cmc", "rest"], "fields": [{"name": "title", "label": "Title",
        "required": false, "visible": true, "maxLength": 64, "pattern": "[A-Z]{2}"}],
        "qc": {"fixed": [{"type": "QcCompliance"}], "allowed": ["QcType"], "required": ["QcPDS"]}}]})"));
    const auto procedures = under_test.client.procedures();
    ASSERT_TRUE(procedures) << to_string(procedures.error());
    ASSERT_EQ(procedures->size(), 1U);
    EXPECT_EQ(procedures->front().profiles, std::vector<std::string>{"pkcs15"});
    EXPECT_TRUE(procedures->front().tc_controls);
    EXPECT_EQ(procedures->front().fields.at(0).label, "Title");
    EXPECT_EQ(procedures->front().fields.at(0).max_length, 64U);
    EXPECT_EQ(procedures->front().fields.at(0).pattern, "[A-Z]{2}");
    EXPECT_EQ(procedures->front().dialects, (std::vector<std::string>{"cmc", "rest"}));
    ASSERT_TRUE(procedures->front().qc);
    EXPECT_EQ(procedures->front().qc->fixed, std::vector<QcStatement>{QcCompliance{}});
    EXPECT_EQ(procedures->front().qc->required, std::vector<std::string>{"QcPDS"});
    for (const char* wrong : {"", "[]", "{}", R"({"version": 2, "procedures": []})",
                              R"({"version": 1, "procedures": [{}]})", R"({"version": 1, "procedures": 1})"}) {
        Client broken(json_answer(200, wrong));
        EXPECT_EQ(broken.client.procedures().error().code, ErrorCode::cm_answer_invalid) << wrong;
    }
}

}  // namespace
}  // namespace rakit::reference::test
