// Octets written down from SP 800-73-4, SP 800-78-4 and FIPS 197, not from the card.
#include "tests/unit/cards_piv/piv_cards.hpp"
#include "virtual_cards/applets/piv/objects.hpp"
#include "virtual_cards/applets/piv/state.hpp"

namespace rakit::cards::test {
namespace {

std::string get(ImageCard& card, const std::string& tag) {
    return send(card, command("00CB3FFF", tlv(0x5C, tag), 65536));
}

std::unique_ptr<ImageCard> known_card() {
    rakit::test::TestIssuer issuer;
    static const auto image = *make_image("piv-blank", {"00112233445566778899AABBCCDDEEFF", 1}, issuer);
    auto card = *open_image(image);
    (void)send(*card, kSelect);
    return card;
}

// Part 1 section 3.3.2, its worked example for a card whose PIV PIN alone counts.
TEST(PivGolden, DiscoveryObject) {
    EXPECT_EQ(get(*known_card(), "7E"), "7E124F0BA0000003080000100001005F2F0240009000");
}

// Part 1 table 9: FASC-N (30, 25 octets), GUID (34), expiration date (35, YYYYMMDD), signature (3E), error code (FE).
TEST(PivGolden, CardHolderUniqueIdentifier) {
    EXPECT_EQ(get(*known_card(), "5FC102"),
              "533B"
              "3019D4E739DA739CED39CE739D8368582108421084"
              "21C84210C3EB"
              "341000112233445566778899AABBCCDDEEFF"
              "35083230343931323331"
              "3E00"
              "FE00"
              "9000");
}

// Part 1 table 8: F0 identifier, F1 and F2 version 2.1, F4 no PKCS#15, F5 data model 10, the rest empty.
TEST(PivGolden, CardCapabilityContainer) {
    EXPECT_EQ(get(*known_card(), "5FC107"),
              "5333"
              "F015A000000116FF0222"
              "33445566778899AABBCCDDEEFF"
              "F10121"
              "F20121"
              "F300"
              "F40100"
              "F50110"
              "F600"
              "F700"
              "FA00"
              "FB00"
              "FC00"
              "FD00"
              "FE00"
              "9000");
}

// Part 1 table 10: 70 certificate, 71 CertInfo 00, FE.
TEST(PivGolden, CertificateObject) {
    const Bytes certificate(0x130, 0x30);
    EXPECT_EQ(to_hex(piv::certificate_object(certificate)), "70820130" + to_hex(certificate) +
                                                                "710100"
                                                                "FE00");
    EXPECT_EQ(piv::certificate_in(*from_hex("7002AABB710100FE00")), (Bytes{0xAA, 0xBB}));
    EXPECT_EQ(piv::certificate_in(*from_hex("7002AABB710101FE00")), std::nullopt);  // gzip
    EXPECT_EQ(piv::certificate_in(*from_hex("7002AA")), std::nullopt);
}

// Part 1 table 15.
TEST(PivGolden, KeyHistoryObject) {
    EXPECT_EQ(to_hex(piv::key_history_object(3)),
              "C10103"
              "C20100"
              "F300"
              "FE00");
}

// Part 1 table 3 and table 4: containers of the slots' certificates, and their rules.
TEST(PivGolden, SlotsAndTheirCertificates) {
    const std::pair<unsigned, unsigned> rows[] = {{0x9A, 0x5FC105}, {0x9C, 0x5FC10A}, {0x9D, 0x5FC10B},
                                                  {0x9E, 0x5FC101}, {0x82, 0x5FC10D}, {0x95, 0x5FC120}};
    for (const auto& [slot, tag] : rows) EXPECT_EQ(piv::certificate_tag(static_cast<std::uint8_t>(slot)), tag);
    EXPECT_EQ(piv::certificate_tag(0x96), std::nullopt);
    EXPECT_EQ(piv::default_pin_policy(0x9C), piv::PinPolicy::always);
    EXPECT_EQ(piv::default_pin_policy(0x9E), piv::PinPolicy::never);
    EXPECT_EQ(piv::default_pin_policy(0x9A), piv::PinPolicy::once);
}

// SP 800-78-4 table 6-2.
TEST(PivGolden, AlgorithmIdentifiers) {
    using ossl::KeyType;
    const std::pair<unsigned, KeyType> rows[] = {{0x05, KeyType::rsa3072},
                                                 {0x06, KeyType::rsa1024},
                                                 {0x07, KeyType::rsa2048},
                                                 {0x11, KeyType::ec_p256},
                                                 {0x14, KeyType::ec_p384}};
    for (const auto& [id, type] : rows) {
        const auto algorithm = piv::algorithm_of(static_cast<std::uint8_t>(id));
        ASSERT_TRUE(algorithm);
        EXPECT_EQ(piv::key_type_of(*algorithm), type);
    }
    for (const unsigned id : {0x00, 0x03, 0x08, 0x0A, 0x0C})
        EXPECT_NE(piv::cipher_of(*piv::algorithm_of(static_cast<std::uint8_t>(id))), nullptr);
    for (const unsigned id : {0x01, 0x04, 0x0E, 0x12, 0xFF})
        EXPECT_FALSE(piv::algorithm_of(static_cast<std::uint8_t>(id)));
}

// FIPS 197 appendix C.1 to C.3; 3DES: SP 800-67's example key with the block of its appendix B ("The qufc").
TEST(PivGolden, CiphersOfTheManagementKey) {
    struct Vector {
        const char *name, *key, *plain, *cipher;
    };
    const Vector vectors[] = {
        {"aes-128", "000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
         "69C4E0D86A7B0430D8CDB78070B4C55A"},
        {"aes-192", "000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF",
         "DDA97CA4864CDFE06EAF70A0EC0D7191"},
        {"aes-256", "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
         "00112233445566778899AABBCCDDEEFF", "8EA2B7CA516745BFEAFC49904B496089"},
        {"3des", "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123", "5468652071756663", "A826FD8CE53B855F"}};
    for (const auto& vector : vectors)
        EXPECT_EQ(to_hex(piv::encipher_block(*piv::cipher_named(vector.name), *from_hex(vector.key),
                                             *from_hex(vector.plain))),
                  vector.cipher)
            << vector.name;
}

}  // namespace
}  // namespace rakit::cards::test
