#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

using nlohmann::json;

json body(const std::string& procedure = "employee-tc", bool tc = true, const std::string& action = "redo") {
    return {{"version", 1},
            {"procedure", procedure},
            {"card", {{"serial", "0A1B2C3D"}, {"atr", "3B85"}, {"profile", "pkcs15"}}},
            {"lines", json::array({{{"key", "45"},
                                    {"label", "Authentication"},
                                    {"action", action},
                                    {"type", "rsa-2048"},
                                    {"usage", json::array({"digitalSignature"})},
                                    {"transportCertificate", tc}}})}};
}

using PrepareTest = HostTest;

TEST_F(PrepareTest, TellsWhatTheDialogNeeds) {
    const auto response = post_prepare(body());
    ASSERT_EQ(response.status, 200) << as_text(response.body);
    const auto answer = json::parse(response.body);
    EXPECT_EQ(answer["dialog"], "end-user");
    EXPECT_EQ(answer["confirmation"], true);
    EXPECT_EQ(answer["order"], "pin-first");
    EXPECT_EQ(answer["opPin"], (json{{"required", false}, {"held", false}}));
    EXPECT_EQ(answer["fields"][0],
              (json{{"name", "commonName"}, {"label", "Name"}, {"required", true}, {"visible", true}}));
    EXPECT_EQ(store.content().log.at(0).category, "prepare");
}

TEST_F(PrepareTest, HandsOutAHeldOpPin) {
    configure([](Config& changed) {
        changed.token_procedures[0].op_pin_required = true;
        changed.token_procedures[0].stores_issuer_certificates = true;
    });
    EXPECT_EQ(json::parse(post_prepare(body()).body)["opPin"], (json{{"required", true}, {"held", false}}));
    auto open = store.begin();
    ASSERT_TRUE((*open)->put_op_pin("0A1B2C3D", as_bytes("87654321")));
    ASSERT_TRUE((*open)->commit());
    open->reset();
    const auto answer = json::parse(post_prepare(body()).body);
    EXPECT_EQ(answer["opPin"], (json{{"required", true}, {"held", true}, {"value", "87654321"}}));
    EXPECT_EQ(answer["dialog"], "ca");
}

struct PrepareRow {
    const char* what;
    std::function<void(json&, Config&)> change;
    int status;
    const char* code;
};

void PrintTo(const PrepareRow& row, std::ostream* out) { *out << row.what; }

class PrepareRefusal : public PrepareTest, public testing::WithParamInterface<PrepareRow> {};

TEST_P(PrepareRefusal, IsLoggedAndTold) {
    auto request = body();
    configure([&](Config& changed) { GetParam().change(request, changed); });
    const auto response = post_prepare(request);
    EXPECT_EQ(response.status, GetParam().status) << as_text(response.body);
    const auto error = json::parse(response.body)["error"];
    EXPECT_EQ(error["code"], GetParam().code);
    EXPECT_NE(error["message"], "");
    EXPECT_NE(error["remedy"], "");
    EXPECT_EQ(store.content().log.at(0).code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, PrepareRefusal,
    testing::Values(
        PrepareRow{"unknown key in the body", [](json& b, Config&) { b["more"] = 1; }, 422, "request_malformed"},
        PrepareRow{"lower-case serial", [](json& b, Config&) { b["card"]["serial"] = "0a"; }, 422, "request_malformed"},
        PrepareRow{"a key twice", [](json& b, Config&) { b["lines"].push_back(b["lines"][0]); }, 422,
                   "request_malformed"},
        PrepareRow{"officer closed", [](json&, Config& c) { c.officers[0].active = false; }, 403, "officer_closed"},
        PrepareRow{"officer gone", [](json&, Config& c) { c.officers.clear(); }, 403, "officer_unknown"},
        PrepareRow{"no role", [](json&, Config& c) { c.officers[0].roles.clear(); }, 403, "officer_role_missing"},
        PrepareRow{"may connect only", [](json&, Config& c) { c.officers[0].roles = {Role::use_clients}; }, 403,
                   "officer_role_missing"},
        PrepareRow{"procedure", [](json& b, Config&) { b["procedure"] = "none"; }, 404, "procedure_unknown"},
        PrepareRow{"closed", [](json& b, Config&) { b["procedure"] = "employee-closed"; }, 422, "procedure_closed"},
        PrepareRow{"profile", [](json& b, Config&) { b["card"]["profile"] = "tester"; }, 422,
                   "storage_profile_mismatch"},
        PrepareRow{"usage", [](json& b, Config&) { b["lines"][0]["usage"] = json::array(); }, 422,
                   "no_certificate_procedure"},
        PrepareRow{"serial",
                   [](json&, Config& c) {
                       c.token_procedures[0].serials = SerialRange{"01", "02"};
                   },
                   422, "card_serial_out_of_range"},
        PrepareRow{"no TC", [](json& b, Config&) { b["lines"][0]["transportCertificate"] = false; }, 422, "tc_missing"},
        PrepareRow{"no controls", [](json& b, Config&) { b["procedure"] = "employee"; }, 422, "tc_control_missing"},
        PrepareRow{"Add", [](json& b, Config&) { b["lines"][0]["action"] = "add"; }, 422, "tc_wrong_action"},
        PrepareRow{"maintenance", [](json&, Config& c) { c.deviations.maintenance = true; }, 503, "cm_maintenance"}));

TEST_F(PrepareTest, AKeyOfTheBodyTwiceIsRefused) {
    const std::string text = R"({"version": 1, "version": 1})";
    const auto response = host->handle(
        {"POST", "/ra/prepare", {{"content-type", "application/json"}}, to_bytes(text), olivia.certificate.der()});
    EXPECT_EQ(response.status, 422);
    EXPECT_NE(as_text(response.body).find("twice"), std::string_view::npos);
}

TEST_F(PrepareTest, ProceduresListsTheActiveOnes) {
    const auto response = host->handle({"GET", "/ra/procedures", {}, {}, olivia.certificate.der()});
    ASSERT_EQ(response.status, 200);
    const auto list = json::parse(response.body)["procedures"];
    EXPECT_EQ(list[0]["name"], "employee-tc");
    EXPECT_EQ(list[0]["tcControls"], true);
    for (const auto& one : list) EXPECT_NE(one["name"], "employee-closed");
}

TEST_F(PrepareTest, RoutesAreGuarded) {
    const auto status = [&](const std::string& method, const std::string& target, const std::string& type, Bytes peer) {
        return host->handle({method, target, {{"content-type", type}}, to_bytes("x"), std::move(peer)}).status;
    };
    EXPECT_EQ(status("GET", "/ra/procedures", "", {}), 403);
    EXPECT_EQ(status("GET", "/ra/procedures", "", {0x30}), 403);
    EXPECT_EQ(status("POST", "/cmc", "application/pkcs7-mime", {}), 403);
    EXPECT_EQ(status("POST", "/cmc", "text/plain", olivia.certificate.der()), 415);
    EXPECT_EQ(status("POST", "/cmc", "Application/PKCS7-mime ; smime-type=CMC-request", olivia.certificate.der()), 400);
    EXPECT_EQ(status("POST", "/ra/prepare", "text/plain", olivia.certificate.der()), 415);
    EXPECT_EQ(status("GET", "/cmc", "", olivia.certificate.der()), 405);
    EXPECT_EQ(status("POST", "/cacerts", "", {}), 405);
    EXPECT_EQ(status("GET", "/other", "", olivia.certificate.der()), 404);
    EXPECT_EQ(status("GET", "/cacerts?x=1", "", {}), 200);
}

}  // namespace
}  // namespace rakit::cm::test
