#include <gtest/gtest.h>

#include "reference/card/possession.hpp"
#include "tests/integration/card_profile/workbench.hpp"

namespace rakit::reference {
namespace {

TEST(Pkcs15Contents, TheTcCardIsReadWhole) {
    CardOnBench bench(tc_image());
    const auto contents = bench.read();
    EXPECT_EQ(contents.profile, "pkcs15");
    EXPECT_EQ(contents.serial, bench.card().serial());
    ASSERT_EQ(contents.keys.size(), 2U);
    const auto& authentication = contents.keys[0];
    EXPECT_EQ(authentication.id, "45");
    EXPECT_EQ(authentication.label, "Authentication");
    EXPECT_EQ(authentication.type, ossl::KeyType::rsa2048);
    EXPECT_EQ(authentication.usage, (std::vector<std::string>{"digitalSignature", "keyEncipherment"}));
    EXPECT_FALSE(authentication.user_consent);
    EXPECT_TRUE(authentication.can_sign);
    const auto& signature = contents.keys[1];
    EXPECT_EQ(signature.type, ossl::KeyType::ec_p256);
    EXPECT_EQ(signature.usage, std::vector<std::string>{"nonRepudiation"});
    EXPECT_TRUE(signature.user_consent);
    for (const auto& key : contents.keys) {
        ASSERT_EQ(key.certificates.size(), 1U);
        ASSERT_NE(key.transport_certificate(), nullptr);
        EXPECT_EQ(key.transport_certificate()->certificate.spki(), key.spki);
        EXPECT_NE(contents.pin(key.pin), nullptr);
    }
    EXPECT_NE(authentication.pin, signature.pin);
    EXPECT_TRUE(contents.ca_certificates.empty()) << "the CA directory is there and empty";
    ASSERT_EQ(contents.pins.size(), 3U);
    EXPECT_EQ(contents.pins[0].tries_left, 3);
    EXPECT_TRUE(contents.pins[2].is_so_pin);
    EXPECT_EQ(contents.write_pins, std::vector<std::string>{contents.pins[0].id});
    EXPECT_FALSE(contents.notes.empty()) << "lastUpdate is the SO PIN's on this layout";
    const auto identity = profile().read_identity(bench.channel());
    ASSERT_TRUE(identity);
    EXPECT_EQ(*identity, contents.identity());
}

TEST(Pkcs15Contents, TheCaDirectoryIsReadApartFromTheKeysCertificates) {
    CardOnBench bench(*cards::make_image("pkcs15-id", {}, test_issuer()));
    const auto contents = bench.read();
    ASSERT_EQ(contents.ca_certificates.size(), 1U);
    EXPECT_TRUE(contents.ca_certificates[0].is_ca());
    for (const auto& key : contents.keys)
        for (const auto& stored : key.certificates) EXPECT_FALSE(stored.certificate.is_ca());
}

TEST(Pkcs15Pins, AWrongPinIsSaidOnceAndABlockedOneToo) {
    CardOnBench bench(tc_image());
    const auto contents = bench.read();
    const auto& pin = contents.pins[0];
    const auto short_pin = profile().verify(bench.channel(), pin, Pin("123"));
    ASSERT_FALSE(short_pin);
    EXPECT_EQ(short_pin.error().code, ErrorCode::pin_malformed);
    EXPECT_EQ(bench.card().pin_tries(pin.reference), 3) << "nothing was sent";
    for (const auto* left : {"2 tries left", "1 try left"}) {
        const auto wrong = profile().verify(bench.channel(), pin, Pin("999999"));
        ASSERT_FALSE(wrong);
        EXPECT_EQ(wrong.error().code, ErrorCode::pin_wrong);
        EXPECT_EQ(wrong.error().detail, left);
    }
    for (int i = 0; i < 2; ++i) {
        const auto blocked = profile().verify(bench.channel(), pin, Pin("999999"));
        ASSERT_FALSE(blocked);
        EXPECT_EQ(blocked.error().code, ErrorCode::pin_blocked);
    }
    EXPECT_EQ(**profile().tries_left(bench.channel(), pin), 0);
}

TEST(Pkcs15Signatures, BothKindsOfKeysSignWhatTheirCertificatesVerify) {
    CardOnBench bench(tc_image());
    const auto contents = bench.read();
    const Bytes message = to_bytes("a certification request");
    const std::string values[] = {"111111", "222222"};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& key = contents.keys[i];
        const auto refused = profile().sign(bench.channel(), key, message);
        EXPECT_FALSE(refused) << "its PIN was not verified";
        bench.verify(contents, key.pin, values[i]);
        const auto signature = profile().sign(bench.channel(), key, message);
        ASSERT_TRUE(signature) << to_string(signature.error());
        EXPECT_TRUE(verifies(key.spki, message, *signature)) << key.id;
    }
}

TEST(Pkcs15Possession, AKeyThatOnlyDeciphersProvesItselfByAChallenge) {
    CardOnBench bench(cipher_image());
    const auto contents = bench.read();
    ASSERT_EQ(contents.keys.size(), 2U);
    SeededRng rng(1, "challenge");
    for (const auto& key : contents.keys) {
        bench.cycle();
        EXPECT_FALSE(key.can_sign) << key.id;
        EXPECT_FALSE(prove_possession(profile(), bench.channel(), key, rng)) << "its PIN was not verified";
        bench.verify(contents, key.pin, "111111");
        const auto proved = prove_possession(profile(), bench.channel(), key, rng);
        EXPECT_TRUE(proved) << key.id << ": " << to_string(proved.error());
        auto other = key;
        other.spki = ossl::spki(ossl::generate_key(key.type, rng)->get());
        const auto refused = prove_possession(profile(), bench.channel(), other, rng);
        ASSERT_FALSE(refused) << "of another public key";
    }
}

TEST(Pkcs15Contents, ADeviceWithoutTheApplicationIsUnsupported) {
    CardOnBench bench(*cards::make_image("pkcs15-blank", {}, test_issuer()));
    const auto contents = profile().read_contents(bench.channel(), bench.card().atr(), {});
    ASSERT_FALSE(contents);
    EXPECT_EQ(contents.error().code, ErrorCode::card_unsupported);
}

}  // namespace
}  // namespace rakit::reference
