#include "mock_cm/control/control_host.hpp"

#include "tests/unit/cm_core/fixture.hpp"

// covers: host-control
namespace rakit::cm::test {
namespace {

using nlohmann::json;

class ControlHostTest : public HostTest {
protected:
    ControlHostTest() { host = std::make_unique<CmHost>(config, hierarchy(), store, offset, rng); }
    net::HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = {},
                          const std::string& from = "127.0.0.1:1234") {
        ControlHost control(*host, store, offset);
        net::HttpRequest request{method, target, {{"host", from}}, to_bytes(body), {}};
        if (!body.empty()) request.headers["content-type"] = "application/json; charset=utf-8";
        return control.handle(request);
    }
    json told(const std::string& method, const std::string& target, const std::string& body = {}) {
        const auto answer = ask(method, target, body);
        EXPECT_EQ(answer.status, 200) << target << " " << as_text(answer.body);
        return json::parse(answer.body);
    }

    OffsetClock offset{clock};
};

TEST_F(ControlHostTest, StateCountsAndNames) {
    auto request = redo();
    ASSERT_EQ(order(request).status, 5);
    const auto state = told("GET", "/state");
    EXPECT_EQ(state.at("version"), 1);
    EXPECT_EQ(state.at("time"), "2026-03-01T12:00:00Z");
    EXPECT_EQ(state.at("certificates"), (json{{"issued", 1}, {"onHold", 1}, {"revoked", 0}}));
    EXPECT_EQ(state.at("officers").at("Olivia Officer"), "active");
    EXPECT_EQ(state.at("officers").at("Clara Closed"), "closed");
    EXPECT_EQ(state.at("procedures").at("employee-closed"), "closed");
    for (const auto& [name, value] : state.at("deviations").items())
        EXPECT_TRUE(value == false || value == 0) << name << " is off by default";
}

TEST_F(ControlHostTest, DeviationsAreSetAsAWhole) {
    EXPECT_EQ(told("PUT", "/deviations", R"({"slowMs": 300, "staleNonce": true})").at("slowMs"), 300);
    EXPECT_TRUE(host->context().config.deviations.stale_nonce);
    EXPECT_EQ(told("PUT", "/deviations", R"({"pendingTimes": 2})").at("slowMs"), 0);
    EXPECT_FALSE(host->context().config.deviations.stale_nonce);
    EXPECT_EQ(told("GET", "/deviations").at("pendingTimes"), 2);
    auto request = redo();
    EXPECT_EQ(order(request).status, 3) << "it holds for the next request";
}

TEST_F(ControlHostTest, TheClockIsSetForTheHost) {
    EXPECT_EQ(told("GET", "/clock").at("offsetSeconds"), 0);
    const auto moved = told("PUT", "/clock", R"({"offsetSeconds": -86400})");
    EXPECT_EQ(moved.at("time"), "2026-02-28T12:00:00Z");
    EXPECT_EQ(moved.at("offsetSeconds"), -86400);
    auto request = redo();
    EXPECT_EQ(order(request).code(), "clock_skew");
}

TEST_F(ControlHostTest, StatesOfOfficersAndProcedures) {
    EXPECT_EQ(told("PUT", "/officers/Olivia%20Officer", R"({"state": "closed"})").at("name"), "Olivia Officer");
    auto request = redo();
    EXPECT_EQ(order(request).code(), "officer_closed");
    told("PUT", "/officers/Olivia%20Officer", R"({"state": "active"})");
    told("PUT", "/procedures/employee", R"({"state": "closed"})");
    EXPECT_EQ(order(request).code(), "procedure_closed");
    told("PUT", "/procedures/employee", R"({"state": "active"})");
    EXPECT_EQ(order(request).status, 5);
}

TEST_F(ControlHostTest, RevocationsAndOpPinsAreInTheDatabase) {
    const auto request = tc_redo();
    const auto& transport = *request.lines[0].tc;
    EXPECT_EQ(told("POST", "/revocations", json{{"certificate", to_base64(transport.der())}, {"reason", 4}}.dump())
                  .at("certificateserialnumber"),
              transport.serial_hex());
    auto again = tc_redo();
    EXPECT_EQ(order(again).code(), "tc_revoked");
    const auto held = told("PUT", "/op-pins/0a1b", R"({"value": "24681357"})");
    EXPECT_EQ(held, (json{{"cardSerialNumber", "0A1B"}, {"held", true}}));
    const auto& pin = store.content().op_pins.at("0A1B");
    EXPECT_EQ(std::string(pin.begin(), pin.end()), "24681357");
    for (const auto* target : {"/state", "/deviations", "/clock"})
        EXPECT_EQ(told("GET", target).dump().find("24681357"), std::string::npos);
}

struct RefusedRow {
    const char* method;
    const char* target;
    std::string body;
};

TEST_F(ControlHostTest, WhatIsMalformedChangesNothing) {
    const auto before = told("GET", "/state");
    const std::string der = to_base64(olivia.certificate.der());
    for (const auto& [method, target, body] : {
             RefusedRow{"GET", "/", ""},
             RefusedRow{"GET", "/officers/Olivia%20Officer", ""},
             RefusedRow{"POST", "/deviations", "{}"},
             RefusedRow{"DELETE", "/state", ""},
             RefusedRow{"PUT", "/state", "{}"},
             RefusedRow{"PUT", "/nothing", "{}"},
             RefusedRow{"PUT", "/deviations%", "{}"},
             RefusedRow{"PUT", "/deviations", ""},
             RefusedRow{"PUT", "/deviations", "[]"},
             RefusedRow{"PUT", "/deviations", "{"},
             RefusedRow{"PUT", "/deviations", R"({"none": true})"},
             RefusedRow{"PUT", "/deviations", R"({"slowMs": -1})"},
             RefusedRow{"PUT", "/deviations", R"({"slowMs": 3600001})"},
             RefusedRow{"PUT", "/deviations", R"({"stall": 1})"},
             RefusedRow{"PUT", "/clock", "{}"},
             RefusedRow{"PUT", "/clock", R"({"offsetSeconds": 1.5})"},
             RefusedRow{"PUT", "/clock", R"({"offsetSeconds": "1"})"},
             RefusedRow{"PUT", "/clock", R"({"offsetSeconds": 1, "x": 1})"},
             RefusedRow{"PUT", "/clock", R"({"offsetSeconds": 99999999999})"},
             RefusedRow{"PUT", "/clock", R"({"offsetSeconds": -99999999999})"},
             RefusedRow{"PUT", "/officers/Nobody", R"({"state": "closed"})"},
             RefusedRow{"PUT", "/officers/Olivia%20Officer", R"({"state": "gone"})"},
             RefusedRow{"PUT", "/officers/Olivia%20Officer", R"({"status": "closed"})"},
             RefusedRow{"PUT", "/procedures/none", R"({"state": "closed"})"},
             RefusedRow{"PUT", "/op-pins/", R"({"value": "1"})"},
             RefusedRow{"PUT", "/op-pins/XY", R"({"value": "1"})"},
             RefusedRow{"PUT", "/op-pins/0A", R"({"value": ""})"},
             RefusedRow{"PUT", "/op-pins/0A", R"({"value": 1})"},
             RefusedRow{"PUT", "/op-pins/0A", "{\"value\": \"" + std::string(65, '1') + "\"}"},
             RefusedRow{"POST", "/revocations", "{}"},
             RefusedRow{"POST", "/revocations", R"({"certificate": "!"})"},
             RefusedRow{"POST", "/revocations", R"({"certificate": "MAA="})"},
             RefusedRow{"POST", "/revocations", "{\"certificate\": \"" + der + "\", \"reason\": 6}"},
             RefusedRow{"POST", "/revocations", "{\"certificate\": \"" + der + "\", \"reason\": 7}"},
             RefusedRow{"POST", "/revocations", "{\"certificate\": \"" + der + "\", \"reason\": 11}"},
             RefusedRow{"POST", "/revocations", "{\"certificate\": \"" + der + "\", \"reason\": -1}"},
             RefusedRow{"POST", "/revocations", "{\"certificate\": \"" + der + "\", \"reason\": 1, \"x\": 1}"},
         }) {
        const auto answer = ask(method, target, body);
        EXPECT_EQ(answer.status, 400) << method << " " << target << " " << body;
        EXPECT_EQ(json::parse(answer.body).at("error").at("code"), "request_malformed");
        EXPECT_NE(json::parse(answer.body).at("error").at("remedy"), "");
    }
    EXPECT_EQ(told("GET", "/state"), before);
    EXPECT_TRUE(store.content().op_pins.empty());
    EXPECT_TRUE(store.content().revocations.empty());
}

TEST_F(ControlHostTest, OnlyJsonFromTheLoopbackIsHeard) {
    for (const auto* from : {"attacker.example", "127.0.0.1.attacker.example:80", "", "10.0.0.1:80"})
        EXPECT_EQ(ask("GET", "/state", {}, from).status, 403) << from;
    for (const auto* from : {"127.0.0.1", "localhost:80", "[::1]:80"})
        EXPECT_EQ(ask("GET", "/state", {}, from).status, 200) << from;
    ControlHost control(*host, store, offset);
    EXPECT_EQ(control.handle({"GET", "/state", {}, {}, {}}).status, 403);
    net::HttpRequest form{"PUT", "/deviations", {{"host", "localhost"}}, to_bytes("{}"), {}};
    form.headers["content-type"] = "text/plain";
    EXPECT_EQ(control.handle(form).status, 400);
}

}  // namespace
}  // namespace rakit::cm::test
