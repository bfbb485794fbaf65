#include <nlohmann/json.hpp>

#include "reference/cm/rest_client.hpp"
#include "tests/integration/reference_cm/cm_bench.hpp"

// One key per call: what the RA does about an order that broke off between two of them. covers: one-order
namespace rakit {
namespace {

using reference::Order;
using reference::OrderLine;
using reference::Submission;

/// BrokenWire passes requests on, but for the one that it was told to break.
class BrokenWire final : public reference::HttpExchange {
public:
    enum class Break { refused, answer_lost, brought_twice };
    explicit BrokenWire(reference::HttpExchange& next) : x_next(next) {}

    /// break_signed has the n-th signed issuing request, from 1, go wrong.
    void break_signed(int n, Break how) {
        x_break_at = n;
        x_how = how;
    }
    int signed_requests = 0;
    bool deaf_afterwards = false;  ///< the request after the one that broke gets nowhere

    Result<net::HttpResponse> exchange(const net::HttpRequest& request, std::chrono::milliseconds deadline) override {
        if (std::exchange(x_deaf, false)) return fail(ErrorCode::cm_unreachable, "nobody is there");
        const bool issues = request.method == "POST" && request.target.ends_with("/certificates/pkcs10") &&
                            as_text(request.body).find("name=\"signature\"") != std::string_view::npos;
        const bool breaks = issues && ++signed_requests == x_break_at;
        if (breaks && x_how == Break::refused)
            return net::HttpResponse{503, {}, to_bytes(R"({"error": 12, "msg": "cm_maintenance: later"})")};
        x_deaf = breaks && deaf_afterwards;
        auto answer = x_next.exchange(request, deadline);
        if (breaks && x_how == Break::brought_twice) return x_next.exchange(request, deadline);
        if (breaks) return fail(ErrorCode::cm_no_answer, "the answer was lost");
        return answer;
    }

private:
    reference::HttpExchange& x_next;
    int x_break_at = 0;
    Break x_how = Break::refused;
    bool x_deaf = false;
};

class Rest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_NO_FATAL_FAILURE(x_bench.start());
        x_host = std::make_unique<test::HostExchange>(x_bench.host->host(), *x_bench.officer);
        x_wire = std::make_unique<BrokenWire>(*x_host);
        x_client = client();
        const auto line = [](const char* id, const char* usage, const ossl::PKey& key) {
            return OrderLine{id, id, "add", "ec-p256", {usage}, ossl::spki(key.get()), {}, {}};
        };
        x_order.transaction_id = x_order.sender_nonce = Bytes(16, 0x41);
        x_order.procedure = "employee-at-once";
        x_order.card_serial = "0A1B2C3D";
        x_order.card_atr = *from_hex("3B8501");
        x_order.card_profile = "pkcs15";
        x_order.fields = {{"commonName", "Anna Ek"}};
        x_order.lines = {line("45", "digitalSignature", x_first), line("46", "nonRepudiation", x_second)};
    }

    std::unique_ptr<reference::RestClient> client() {
        return std::make_unique<reference::RestClient>(*x_wire, x_bench.anchors, x_bench.clock, x_bench.rng);
    }

    Bytes encode() {
        std::vector<Bytes> requests;
        for (const auto& line : x_order.lines) {
            auto* const key = (line.key == "45" ? x_first : x_second).get();
            const auto info = x_client->request_info(x_order, line);
            EXPECT_TRUE(info) << to_string(info.error());
            requests.push_back(*x_client->request(*info, *ossl::sign(key, *info)));
        }
        const auto encoded = x_client->encode_order(x_order, requests, *x_bench.officer);
        EXPECT_TRUE(encoded) << to_string(encoded.error());
        return *encoded;
    }

    Result<Submission> submit(ByteView encoded, const Submission& so_far) {
        return x_client->submit(encoded, x_order, so_far, *x_bench.officer);
    }

    /// statuses lists what the CM has of all certificates: "issued", "revoked".
    std::map<std::string, int> statuses() {
        const net::HttpRequest list{"GET", "/pgwy/api/certificates", {{"accept", "application/json"}}, {}, {}};
        const auto answer = x_host->exchange(list, std::chrono::seconds(1));
        std::map<std::string, int> all;
        const auto body = nlohmann::json::parse(answer->body);
        for (const auto& entry : body.at("certificates"))
            if (entry.at("subject").get<std::string>().find("Anna Ek") != std::string::npos)
                ++all[entry.at("status").get<std::string>()];
        return all;
    }

    test::CmBench x_bench;
    std::unique_ptr<test::HostExchange> x_host;
    std::unique_ptr<BrokenWire> x_wire;
    std::unique_ptr<reference::RestClient> x_client;
    ossl::PKey x_first = test::card_key(ossl::KeyType::ec_p256, "rest 45");
    ossl::PKey x_second = test::card_key(ossl::KeyType::ec_p256, "rest 46");
    Order x_order;
};

TEST_F(Rest, TheFirstCertificateIsRevokedIfTheSecondKeyIsRefused) {
    x_wire->break_signed(2, BrokenWire::Break::refused);
    const Bytes encoded = encode();
    const auto first = submit(encoded, {});
    ASSERT_TRUE(first) << to_string(first.error());
    ASSERT_EQ(first->issued.certificates.size(), 1U);
    const auto second = submit(encoded, *first);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::cm_maintenance);
    EXPECT_EQ(second.error().line, "46");
    EXPECT_EQ(statuses().count("revoked"), 0U);
    for (int time = 0; time < 2; ++time) {
        const auto back = x_client->confirm(x_order, first->issued, false, *x_bench.officer);
        ASSERT_TRUE(back) << time << ": " << to_string(back.error());
    }
    EXPECT_EQ(statuses(), (std::map<std::string, int>{{"revoked", 1}}));
}

TEST_F(Rest, ALostCertificateIsFoundByItsPublicKeyAndNotIssuedTwice) {
    x_wire->break_signed(1, BrokenWire::Break::answer_lost);
    const Bytes encoded = encode();
    const auto lost = submit(encoded, {});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, ErrorCode::cm_timeout_after_submit) << to_string(lost.error());
    x_client = client();  // another process, with what the journal holds
    const auto found = submit(encoded, {});
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(x_wire->signed_requests, 1) << "asked for, not issued again";
    EXPECT_EQ(found->issued.certificates[0].second.spki(), x_order.lines[0].spki);
    const auto whole = submit(encoded, *found);
    ASSERT_TRUE(whole) << to_string(whole.error());
    EXPECT_EQ(whole->issued.certificates.size(), 2U);
    EXPECT_EQ(x_wire->signed_requests, 2);
}

TEST_F(Rest, WhatAProxyBroughtTwiceIsFoundThoughTheSecondTimeIsRefused) {
    for (const bool deaf : {false, true}) {
        x_wire->break_signed(x_wire->signed_requests + 1, BrokenWire::Break::brought_twice);
        x_wire->deaf_afterwards = deaf;
        const Bytes encoded = encode();
        auto first = submit(encoded, {});
        if (deaf) {
            ASSERT_FALSE(first);
            EXPECT_EQ(first.error().code, ErrorCode::cm_timeout_after_submit) << to_string(first.error());
            first = submit(encoded, {});
        }
        ASSERT_TRUE(first) << to_string(first.error());
        EXPECT_EQ(first->issued.certificates[0].second.spki(), x_order.lines[0].spki);
        EXPECT_EQ(x_wire->signed_requests, deaf ? 2 : 1) << "one for each order";
    }
}

TEST_F(Rest, WhatTheKeyHadBeforeIsNotTakenForNewAndIsRevokedWhenReplaced) {
    Bytes encoded = encode();
    const auto before = submit(encoded, *submit(encoded, {}));
    ASSERT_TRUE(before) << to_string(before.error());
    for (std::size_t i = 0; i < 2; ++i) {
        x_order.lines[i].action = "redo";
        x_order.lines[i].replaces = before->issued.certificates[i].second;
    }
    encoded = encode();
    const auto after = submit(encoded, *submit(encoded, {}));
    ASSERT_TRUE(after) << to_string(after.error());
    EXPECT_NE(after->issued.certificates, before->issued.certificates);
    const auto done = x_client->confirm(x_order, after->issued, true, *x_bench.officer);
    ASSERT_TRUE(done) << to_string(done.error());
    EXPECT_EQ(statuses()["revoked"], 2);
}

}  // namespace
}  // namespace rakit
