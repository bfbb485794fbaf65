#include <gtest/gtest.h>

#include <filesystem>

#include "common/x509/builder.hpp"
#include "mock_cm/http/running_host.hpp"
#include "reference/cm/cm_client.hpp"
#include "reference/cm/https_exchange.hpp"
#include "reference/officer/pkcs12_officer.hpp"
#include "tests/support/host_exchange.hpp"

namespace rakit {
namespace {

using reference::Order;

constexpr const char* kTransportPolicy = "2.25.259992147378155069564548854890386613715";
constexpr const char* kCardSerial = "0A1B2C3D";

enum class Transport { in_process, https };

ossl::PKey card_key(ossl::KeyType type, const char* label) {
    SeededRng rng(3, label);
    return *ossl::generate_key(type, rng);
}

/// Card is what a CM gets to see of one: two keys with their TCs.
struct Card {
    ossl::PKey authentication = card_key(ossl::KeyType::rsa2048, "card 45");
    ossl::PKey signature = card_key(ossl::KeyType::ec_p256, "card 46");

    x509::Certificate tc(const cm::Hierarchy& hierarchy, EVP_PKEY* key, std::uint8_t serial) const {
        x509::CertificateTemplate what;
        what.serial = {0x40, serial};
        what.subject = {{"CN", "TC"}, {"serialNumber", kCardSerial}};
        what.spki = ossl::spki(key);
        what.not_before = *from_iso8601("2020-01-01T00:00:00Z");
        what.not_after = *from_iso8601("2050-01-01T00:00:00Z");
        what.policies = {kTransportPolicy};
        return *hierarchy.issue("tc-issuer", what);
    }
    EVP_PKEY* key(const std::string& id) const { return id == "45" ? authentication.get() : signature.get(); }
};

class Update : public ::testing::TestWithParam<Transport> {
protected:
    void start(cm::Deviations deviations = {}) {
        cm::RunningOptions options;
        options.config.deviations = deviations;
        options.state = std::filesystem::path(::testing::TempDir()) / ("rakit-update-" + std::to_string(getpid()));
        options.keep = false;
        // A state directory has one host at a time, and a client of the last one must go before it.
        x_client.reset();
        x_exchange.reset();
        x_host.reset();
        auto started = cm::RunningHost::start(std::move(options), x_clock, x_rng);
        ASSERT_TRUE(started) << to_string(started.error());
        x_host = *std::move(started);
        auto token =
            cm::officer_token(x_host->hierarchy(), "Olivia Officer", "1234", *from_iso8601("2020-01-01T00:00:00Z"),
                              *from_iso8601("2050-01-01T00:00:00Z"), x_rng);
        ASSERT_TRUE(token) << to_string(token.error());
        x_officer = *reference::Pkcs12Officer::from_bytes(token->pkcs12);
        ASSERT_TRUE(x_officer->unlock(Pin("1234")));
        const std::vector anchors{x_host->hierarchy().authority("root").certificate};
        if (GetParam() == Transport::https) {
            auto opened = reference::HttpsExchange::open(x_host->url(), anchors, x_officer.get());
            ASSERT_TRUE(opened) << to_string(opened.error());
            x_exchange = *std::move(opened);
        } else {
            x_exchange = std::make_unique<test::HostExchange>(x_host->host(), *x_officer);
        }
        x_client = std::make_unique<reference::CmClient>(*x_exchange, anchors, x_clock, x_rng);
    }

    Order order() {
        Order made;
        made.transaction_id = x_rng.bytes(16);
        made.transaction_id[0] &= 0x7F;
        made.sender_nonce = x_rng.bytes(16);
        made.procedure = "employee-tc";
        made.card_serial = kCardSerial;
        made.card_atr = *from_hex("3B8501");
        made.card_profile = "pkcs15";
        made.fields = {{"commonName", "Anna Ek"}, {"country", "SE"}, {"email", "anna@example.com"}};
        const auto tc_rsa = x_card.tc(x_host->hierarchy(), x_card.authentication.get(), 1);
        const auto tc_ec = x_card.tc(x_host->hierarchy(), x_card.signature.get(), 2);
        made.lines = {{"45", "Authentication", "redo", "rsa-2048", {"digitalSignature"}, tc_rsa.spki(), tc_rsa, tc_rsa},
                      {"46", "Signature", "redo", "ec-p256", {"nonRepudiation"}, tc_ec.spki(), tc_ec, tc_ec}};
        return made;
    }

    Result<Bytes> encode(const Order& order) {
        std::vector<Bytes> requests;
        for (const auto& line : order.lines) {
            const auto info = *reference::certification_request_info(order, line);
            requests.push_back(*reference::certification_request(info, *ossl::sign(x_card.key(line.key), info)));
        }
        return x_client->encode_order(order, requests, *x_officer);
    }

    Result<reference::Issued> submit(const Order& order) {
        const auto encoded = encode(order);
        if (!encoded) return Unexpected{encoded.error()};
        return send(*encoded, order);
    }

    Result<reference::Issued> send(ByteView encoded, const Order& order) {
        auto submission = x_client->submit(encoded, order, {}, *x_officer);
        if (!submission) return Unexpected{std::move(submission).error()};
        return std::move(submission->issued);
    }

    SystemClock x_clock;
    SystemRng x_rng;
    Card x_card;
    std::unique_ptr<cm::RunningHost> x_host;
    std::unique_ptr<reference::Pkcs12Officer> x_officer;
    std::unique_ptr<reference::HttpExchange> x_exchange;
    std::unique_ptr<reference::CmClient> x_client;
};

TEST_P(Update, ListsProceduresAndPrepares) {
    ASSERT_NO_FATAL_FAILURE(start());
    const auto procedures = x_client->procedures();
    ASSERT_TRUE(procedures) << to_string(procedures.error());
    EXPECT_EQ(procedures->front().name, "employee-tc");
    EXPECT_TRUE(procedures->front().tc_controls);
    const auto prepared = x_client->prepare(order());
    ASSERT_TRUE(prepared) << to_string(prepared.error());
    EXPECT_TRUE(prepared->first.confirmation);
    EXPECT_FALSE(prepared->first.ca_dialog || prepared->first.op_pin_required || prepared->first.issue_first);
    EXPECT_FALSE(prepared->first.fields.empty());
    EXPECT_TRUE(prepared->second.empty());
}

TEST_P(Update, IssuesResendsAndConfirms) {
    ASSERT_NO_FATAL_FAILURE(start());
    const Order wanted = order();
    const auto encoded = encode(wanted);
    ASSERT_TRUE(encoded) << to_string(encoded.error());
    const auto issued = send(*encoded, wanted);
    ASSERT_TRUE(issued) << to_string(issued.error());
    EXPECT_TRUE(issued->confirmation_required);
    ASSERT_EQ(issued->certificates.size(), 2U);
    EXPECT_EQ(issued->certificates[0].second.spki(), wanted.lines[0].spki);
    EXPECT_EQ(x509::attribute(issued->certificates[1].second.subject(), "CN"), "Anna Ek");
    const auto again = send(*encoded, wanted);
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(again->certificates, issued->certificates);
    EXPECT_EQ(again->responder_nonce, issued->responder_nonce);
    for (int time = 0; time < 2; ++time) {
        const auto confirmed = x_client->confirm(wanted, *issued, true, *x_officer);
        EXPECT_TRUE(confirmed) << time << to_string(confirmed.error());
    }
}

TEST_P(Update, AnOrderThatCouldNotBeWrittenIsTakenBack) {
    ASSERT_NO_FATAL_FAILURE(start());
    const Order wanted = order();
    const auto issued = submit(wanted);
    ASSERT_TRUE(issued) << to_string(issued.error());
    const auto refused = x_client->confirm(wanted, *issued, false, *x_officer);
    EXPECT_TRUE(refused) << to_string(refused.error());
}

TEST_P(Update, RefusalsArriveWithCodeAndLine) {
    ASSERT_NO_FATAL_FAILURE(start());
    Order wanted = order();
    wanted.lines[1].action = "add";
    wanted.lines[1].replaces.reset();
    const auto prepared = x_client->prepare(wanted);
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().code, ErrorCode::tc_wrong_action) << to_string(prepared.error());
    EXPECT_EQ(prepared.error().line, "46");
    const auto issued = submit(wanted);
    ASSERT_FALSE(issued);
    EXPECT_EQ(issued.error().code, ErrorCode::tc_wrong_action) << to_string(issued.error());
    EXPECT_EQ(issued.error().line, "46");
    EXPECT_FALSE(issued.error().where.empty());
}

TEST_P(Update, AnotherOrderUnderTheSameTransactionIsAConflict) {
    ASSERT_NO_FATAL_FAILURE(start());
    Order wanted = order();
    ASSERT_TRUE(submit(wanted));
    wanted.fields["commonName"] = "Berta Ek";
    const auto conflict = submit(wanted);
    ASSERT_FALSE(conflict);
    EXPECT_EQ(conflict.error().code, ErrorCode::replay_conflict) << to_string(conflict.error());
}

TEST_P(Update, ACmThatDeviatesIsCaught) {
    struct Row {
        const char* name;
        bool cm::Deviations::*deviation;
        ErrorCode code;
    };
    const Row rows[] = {
        {"maintenance", &cm::Deviations::maintenance, ErrorCode::cm_maintenance},
        {"other key", &cm::Deviations::other_key, ErrorCode::cm_answer_mismatch},
        {"other transaction", &cm::Deviations::other_transaction, ErrorCode::cm_answer_mismatch},
        {"stale nonce", &cm::Deviations::stale_nonce, ErrorCode::cm_answer_mismatch},
        {"missing status", &cm::Deviations::missing_status, ErrorCode::cm_answer_invalid},
    };
    for (const auto& row : rows) {
        cm::Deviations deviations;
        deviations.*row.deviation = true;
        ASSERT_NO_FATAL_FAILURE(start(deviations)) << row.name;
        const auto issued = submit(order());
        ASSERT_FALSE(issued) << row.name;
        EXPECT_EQ(issued.error().code, row.code) << row.name << ": " << to_string(issued.error());
    }
}

INSTANTIATE_TEST_SUITE_P(Over, Update, ::testing::Values(Transport::in_process, Transport::https),
                         [](const auto& over) { return over.param == Transport::https ? "Https" : "InProcess"; });

}  // namespace
}  // namespace rakit
