#include <random>

#include "mock_cm/core/cmc.hpp"
#include "mock_cm/core/cms.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

using MutationTest = HostTest;

/// mutate changes, cuts, repeats or inserts a few octets.
Bytes mutate(Bytes octets, std::mt19937& random) {
    const auto below = [&](std::size_t limit) { return random() % std::max<std::size_t>(limit, 1); };
    for (std::size_t n = 1 + below(3); n > 0 && !octets.empty(); --n) {
        const auto at = octets.begin() + static_cast<std::ptrdiff_t>(below(octets.size()));
        const auto value = static_cast<std::uint8_t>(random());
        switch (random() % 5) {
            case 0: *at = value; break;
            case 1: *at = static_cast<std::uint8_t>(*at ^ (1U << random() % 8)); break;
            case 2: octets.insert(at, value); break;
            case 3:
                octets.erase(at,
                             at + std::min<std::ptrdiff_t>(octets.end() - at, static_cast<std::ptrdiff_t>(below(16))));
                break;
            default: octets.resize(static_cast<std::size_t>(at - octets.begin())); break;
        }
    }
    return octets;
}

// A change outside of what is signed, such as a version number of SignedData, may leave the order as good as it was;
// one inside may not.
TEST_F(MutationTest, NothingIsIssuedThatTheOfficerDidNotSign) {
    auto request = tc_redo();
    const Bytes message = encode(request);
    const auto original = SignedMessage::parse(message);
    std::mt19937 random(20240101);
    int issued = 0;
    for (int round = 0; round < 4000; ++round) {
        store.content() = {};
        const Bytes mutated = mutate(message, random);
        const auto response = host->handle(
            {"POST", "/cmc", {{"content-type", "application/pkcs7-mime"}}, mutated, olivia.certificate.der()});
        ASSERT_TRUE(response.status == 200 || response.status == 400) << round;
        ASSERT_EQ(store.content().log.size(), 1U) << round;
        if (store.content().certificates.empty()) continue;
        ++issued;
        const auto parsed = SignedMessage::parse(mutated);
        ASSERT_TRUE(parsed) << round;
        ASSERT_EQ(parsed->content(), original->content()) << round;
    }
    EXPECT_LT(issued, 200);
    store.content() = {};
    EXPECT_EQ(send(message).status, 5);
}

// Here the officer signs whatever comes: the codec and the policy stand alone.
TEST_F(MutationTest, SignedGarbageIsRefusedOrJudged) {
    auto request = tc_redo();
    request.fields["email"] = "anna@example.com";
    const Bytes content = pki_data(request);
    std::mt19937 random(20240102);
    for (int round = 0; round < 1500; ++round) {
        store.content() = {};
        const Bytes mutated = mutate(content, random);
        const auto message = sign(mutated, olivia, {*request.lines[0].tc}, clock.now());
        const auto response = host->handle(
            {"POST", "/cmc", {{"content-type", "application/pkcs7-mime"}}, message, olivia.certificate.der()});
        ASSERT_EQ(response.status, 200) << round;
        for (const auto& certificate : store.content().certificates)
            ASSERT_EQ(certificate.spki, ossl::spki(request.lines[0].card_key)) << round;
    }
}

TEST_F(MutationTest, TheCodecReadsAnything) {
    auto request = redo();
    const Bytes content = pki_data(request);
    std::mt19937 random(20240103);
    for (int round = 0; round < 30000; ++round) {
        const auto data = parse_pki_data(mutate(content, random));
        EXPECT_EQ(data.contents_digest.size(), data.flaw && data.flaw->code == ErrorCode::request_malformed ? 0U : 32U);
    }
}

TEST_F(MutationTest, PrepareReadsAnything) {
    const std::string body =
        R"({"version":1,"procedure":"employee-tc","card":{"serial":"0A1B","atr":"3B","profile":"pkcs15"},"lines":[{"key":"45",)"
        R"("action":"redo","type":"rsa-2048","usage":["digitalSignature"],"transportCertificate":true}]})";
    std::mt19937 random(20240104);
    for (int round = 0; round < 500; ++round) {
        store.content() = {};
        const auto response = host->handle({"POST",
                                            "/ra/prepare",
                                            {{"content-type", "application/json"}},
                                            mutate(to_bytes(body), random),
                                            olivia.certificate.der()});
        ASSERT_TRUE(response.status == 200 || response.status == 422 || response.status == 404) << response.status;
        ASSERT_TRUE(nlohmann::json::accept(response.body));
    }
}

}  // namespace
}  // namespace rakit::cm::test
