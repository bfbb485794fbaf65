#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "common/ossl/keys.hpp"

// What common/ossl reads and writes by itself, held against OpenSSL's own encoders and decoders.
namespace rakit::ossl {
namespace {

constexpr KeyType kTypes[]{KeyType::rsa1024, KeyType::rsa2048, KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521};

PKey key_of(KeyType type) {
    SeededRng rng(11, "key codec");
    return *generate_key(type, rng);
}

Bytes by_openssl(const EVP_PKEY* key) {
    return to_der(key, [](const EVP_PKEY* k, unsigned char** out) { return i2d_PUBKEY(k, out); });
}

TEST(KeyCodec, WritesPublicKeysAsOpenSslDoes) {
    for (const auto type : kTypes) EXPECT_EQ(spki(key_of(type).get()), by_openssl(key_of(type).get())) << name(type);
}

TEST(KeyCodec, ReadsPublicKeysAsOpenSslDoes) {
    for (const auto type : kTypes) {
        const auto key = key_of(type);
        const auto read = parse_spki(by_openssl(key.get()));
        ASSERT_TRUE(read) << name(type);
        EXPECT_EQ(EVP_PKEY_eq(read->get(), key.get()), 1) << name(type);
        EXPECT_EQ(key_type(read->get()), type);
    }
}

TEST(KeyCodec, LeavesACompressedPointToOpenSsl) {
    const auto key = key_of(KeyType::ec_p256);
    const auto copy = *parse_private_key(private_key_der(key.get()));
    ASSERT_EQ(EVP_PKEY_set_utf8_string_param(copy.get(), "point-format", "compressed"), 1);
    const auto der = spki(copy.get());
    EXPECT_EQ(der, by_openssl(copy.get()));
    EXPECT_LT(der.size(), spki(key.get()).size());
    const auto read = parse_spki(der);
    ASSERT_TRUE(read);
    EXPECT_EQ(EVP_PKEY_eq(read->get(), key.get()), 1);
}

TEST(KeyCodec, EveryCutAndEveryOctetTooManyIsRefused) {
    for (const auto type : {KeyType::rsa1024, KeyType::ec_p256}) {
        const auto der = spki(key_of(type).get());
        for (std::size_t size = 0; size < der.size(); ++size)
            EXPECT_FALSE(parse_spki(ByteView(der).first(size))) << name(type) << " " << size;
        EXPECT_FALSE(parse_spki(concat({der, Bytes{0}})));
    }
}

TEST(KeyCodec, APointOffTheCurveIsRefused) {
    auto der = spki(key_of(KeyType::ec_p256).get());
    der.back() ^= 0x01;
    const auto read = parse_spki(der);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::crypto_failed);
}

TEST(KeyCodec, PrivateKeysSignAfterTheRoundTrip) {
    const Bytes message(40, 9);
    for (const auto type : kTypes) {
        const auto key = key_of(type);
        const auto der = private_key_der(key.get());
        const auto read = parse_private_key(der);
        ASSERT_TRUE(read) << name(type);
        EXPECT_EQ(private_key_der(read->get()), der) << name(type);
        const auto signature = *sign(read->get(), message);
        const DigestContext context(EVP_MD_CTX_new());
        ASSERT_EQ(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
        EXPECT_EQ(EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()),
                  1)
            << name(type);
    }
}

TEST(KeyCodec, ATraditionalPrivateKeyIsReadByOpenSsl) {
    const auto key = key_of(KeyType::ec_p256);
    const auto der = to_der(key.get(), i2d_PrivateKey);
    const auto read = parse_private_key(der);
    ASSERT_TRUE(read);
    EXPECT_EQ(EVP_PKEY_eq(read->get(), key.get()), 1);
    EXPECT_FALSE(parse_private_key(Bytes{0x30, 0x00}));
}

}  // namespace
}  // namespace rakit::ossl
