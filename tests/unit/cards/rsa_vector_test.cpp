// RSA's published PKCS #1 v1.5 signatures: the card creates a key file, imports the published key and must sign alike.
#include "common/ossl/digest.hpp"
#include "tests/support/rsa_vectors.hpp"
#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {
namespace {

// Key lengths that the card has (multiples of 64 bits); 1025 to 1031 bits, the other seven keys, it refuses.
bool card_has(const rakit::test::RsaExample& example) { return example.octets() % 8 == 0; }

std::string extended(const std::string& header, const std::string& data, bool answers) {
    iso7816::CommandApdu apdu;
    const auto octets = *from_hex(header);
    apdu.cla = octets[0];
    apdu.ins = octets[1];
    apdu.p1 = octets[2];
    apdu.p2 = octets[3];
    apdu.data = *from_hex(data);
    apdu.ne = answers ? (apdu.data.size() > 255 ? 65536 : 256) : 0;
    return to_hex(iso7816::encode(apdu));
}

void import(ImageCard& card, const rakit::test::RsaExample& example) {
    const auto bits = static_cast<std::uint16_t>(example.octets() * 8);
    const auto size = to_hex(Bytes{static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)});
    EXPECT_EQ(send(card, kVerifyPin1), "9000");
    EXPECT_EQ(send(card, kSelectApplication), "9000");
    EXPECT_EQ(send(card, "00E000001962178002" + size + "82011183024B0986031111FF850200008A0100"), "9000");
    const std::pair<const char*, const char*> parts[] = {{"83", "Prime 1"},
                                                         {"84", "Prime 2"},
                                                         {"85", "Prime exponent 1"},
                                                         {"86", "Prime exponent 2"},
                                                         {"87", "Coefficient"}};
    for (const auto& [part, name] : parts)
        EXPECT_EQ(send(card, extended(std::string("00DA01") + part, example.key.at(name), false)), "9000") << name;
    const auto& modulus = example.key.at("Modulus");
    EXPECT_EQ(send(card, extended("00DA0188", modulus.substr(0, modulus.size() / 2), false)), "9000");
    EXPECT_EQ(send(card, extended("00DA0189", modulus.substr(modulus.size() / 2), false)), "9000");
    EXPECT_EQ(send(card, extended("00DA0181", example.key.at("Public exponent"), false)), "9000");
}

/// sign lets the card sign in an environment with this algorithm reference (the card manual, MANAGE SECURITY
/// ENVIRONMENT: 00 bare, 02 PKCS #1 of a DigestInfo, 12 PKCS #1 of a SHA-1).
std::string sign(ImageCard& card, const std::string& algorithm, const std::string& data) {
    EXPECT_EQ(send(card, "002241B6078001" + algorithm + "81024B09"), "9000");
    return send(card, extended("002A9E9A", data, true));
}

TEST(RsaVectors, TheCardSignsAsPublished) {
    const auto examples = rakit::test::rsa_examples();
    ASSERT_TRUE(examples) << rakit::test::kRsaVectors << " is missing: install python3-cryptography-vectors";
    std::size_t compared = 0;
    for (const auto& example : *examples) {
        if (!card_has(example)) continue;
        auto card = card_of("pkcs15-tc");
        import(*card, example);
        for (const auto& [message, signature] : example.signatures) {
            const auto hash = to_hex(ossl::sha1(*from_hex(message)));
            const auto info = rakit::test::sha1_digest_info(hash);
            EXPECT_EQ(sign(*card, "02", info), signature + "9000") << message;
            EXPECT_EQ(sign(*card, "12", hash), signature + "9000") << message;
            EXPECT_EQ(sign(*card, "00", rakit::test::rsa_block(info, example.octets())), signature + "9000") << message;
            ++compared;
        }
    }
    EXPECT_EQ(compared, 160U);  // six keys of 1024 bits, one of 1536, one of 2048; 20 messages each
}

}  // namespace
}  // namespace rakit::cards::test
