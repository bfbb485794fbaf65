#include <gtest/gtest.h>

#include "tests/unit/reference_cm/fixture.hpp"

namespace rakit::reference::test {
namespace {

/// mutate flips, cuts, inserts or repeats octets somewhere.
Bytes mutate(Bytes octets, Rng& rng) {
    const auto number = [&](std::size_t below) {
        const Bytes drawn = rng.bytes(4);
        return (static_cast<std::size_t>(drawn[0]) << 24U | static_cast<std::size_t>(drawn[1]) << 16U |
                static_cast<std::size_t>(drawn[2]) << 8U | drawn[3]) %
               below;
    };
    for (std::size_t left = 1 + number(3); left > 0 && !octets.empty(); --left) {
        const auto at = octets.begin() + static_cast<std::ptrdiff_t>(number(octets.size()));
        switch (number(5)) {
            case 0: *at = static_cast<std::uint8_t>(*at ^ (1U << number(8))); break;
            case 1: *at = static_cast<std::uint8_t>(number(256)); break;
            case 2: octets.erase(at); break;
            case 3: octets.insert(at, static_cast<std::uint8_t>(number(256))); break;
            default: octets.resize(static_cast<std::size_t>(at - octets.begin()) + 1); break;
        }
    }
    return octets;
}

/// Whatever is accepted must be, for each line, a certificate on that line's key.
void expect_sound(const Result<Issued>& issued, const Order& order) {
    if (!issued) return;
    ASSERT_EQ(issued->certificates.size(), order.lines.size());
    for (std::size_t i = 0; i < order.lines.size(); ++i)
        EXPECT_EQ(issued->certificates[i].second.spki(), order.lines[i].spki);
}

class Rounds : public ::testing::TestWithParam<bool> {};

/// Outer octets are mutated as received; inner ones are signed again, so that they reach what lies behind the
/// signature.
TEST_P(Rounds, AMutatedAnswerNeverBringsAnotherKeysCertificate) {
    const World& world = World::get();
    const Order order = world.order();
    const auto officer = world.unlocked_officer();
    const AnswerSpec spec(world, order);
    const Bytes valid = GetParam() ? spec.encode() : spec.pki_response();
    SeededRng rng(20, GetParam() ? "outer" : "inner");
    int refused = 0;
    for (int round = 0; round < 1000; ++round) {
        const Bytes mutated = mutate(valid, rng);
        // Where certificates of the bag are hit, the client may ask for the issuers: no answer then.
        struct NoIssuers final : HttpExchange {
            Bytes first;
            bool asked = false;
            Result<net::HttpResponse> exchange(const net::HttpRequest&, std::chrono::milliseconds) override {
                if (std::exchange(asked, true)) return fail(ErrorCode::cm_unreachable, "");
                return cmc_answer(first);
            }
        } exchange;
        exchange.first = GetParam() ? mutated : sign(mutated, spec.content_type, spec);
        VirtualClock clock(kNow);
        CmClient client(exchange, {world.root}, clock, rng);
        const auto issued = client.submit(Bytes{0x30, 0x00}, order, {}, *officer).transform([](Submission&& whole) {
            return std::move(whole.issued);
        });
        refused += issued ? 0 : 1;
        expect_sound(issued, order);
    }
    EXPECT_GT(refused, 600);
}

TEST(Mutation, AMutatedPrepareAnswerIsReadOrRefused) {
    const Bytes valid =
        to_bytes(R"({"version": 1, "procedure": "p", "dialog": "ca", "confirmation": true, "order": "pin-first",
        "opPin": {"required": true, "held": true, "value": "86420975"}, "issuerCertificates": {"stored": false}, "fields": []})");
    SeededRng rng(20, "prepare");
    for (int round = 0; round < 500; ++round) {
        FakeExchange exchange({net::HttpResponse{200, {}, mutate(valid, rng)}});
        VirtualClock clock(kNow);
        CmClient client(exchange, {World::get().root}, clock, rng);
        const auto prepared = client.prepare(World::get().order());
        if (prepared) {
            EXPECT_EQ(prepared->first.op_pin_held, !prepared->second.empty());
        } else {
            EXPECT_EQ(prepared.error().code, ErrorCode::cm_answer_invalid);
            EXPECT_EQ(to_string(prepared.error()).find("8642"), std::string::npos) << to_string(prepared.error());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Mutation, Rounds, ::testing::Bool(),
                         [](const auto& where) { return where.param ? "Outer" : "Inner"; });

}  // namespace
}  // namespace rakit::reference::test
