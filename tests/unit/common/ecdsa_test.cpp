#include "common/ossl/ecdsa.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "common/base/rng.hpp"
#include "common/ossl/keys.hpp"

namespace rakit::ossl {
namespace {

/// key_of makes the P-256 key with this private number.
PKey key_of(std::string_view hex, std::string_view point) {
    const auto d = *from_hex(hex);
    const auto q = *from_hex(point);
    const BigNumber number(BN_bin2bn(d.data(), static_cast<int>(d.size()), nullptr));
    const Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, q.data(), q.size());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
    const Handle<OSSL_PARAM, OSSL_PARAM_free> params(OSSL_PARAM_BLD_to_param(builder.get()));
    const PKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context.get());
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get());
    return PKey(key);
}

struct Vector {
    const char* message;
    const char* r;
    const char* s;
};

// RFC 6979 appendix A.2.5, P-256 with SHA-256.
TEST(SignRepeatably, HasThePublishedVectors) {
    const auto key = key_of("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
                            "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
                            "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
    ASSERT_TRUE(key);
    for (const auto& vector : {Vector{"sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
                                      "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
                               Vector{"test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
                                      "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"}}) {
        const auto signature = sign_repeatably(key.get(), as_bytes(vector.message));
        ASSERT_TRUE(signature) << to_string(signature.error());
        const auto text = to_hex(*signature);
        EXPECT_NE(text.find(vector.r), std::string::npos) << vector.message << ": " << text;
        EXPECT_NE(text.find(vector.s), std::string::npos) << vector.message << ": " << text;
    }
}

TEST(SignRepeatably, OpenSslTakesItOnEveryCurve) {
    for (const auto type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521}) {
        SeededRng stream(9, "repeatable");
        const auto key = *generate_key(type, stream);
        for (const auto* message : {"one", "two", "three"}) {
            const auto signature = *sign_repeatably(key.get(), as_bytes(message));
            EXPECT_EQ(*sign_repeatably(key.get(), as_bytes(message)), signature);
            const DigestContext context(EVP_MD_CTX_new());
            EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
            const auto text = as_bytes(message);
            EXPECT_EQ(EVP_DigestVerify(context.get(), signature.data(), signature.size(), text.data(), text.size()), 1)
                << name(type);
        }
    }
}

TEST(SignRepeatably, RefusesOtherKeys) {
    SeededRng stream(9, "repeatable rsa");
    const auto key = *generate_key(KeyType::rsa1024, stream);
    EXPECT_EQ(sign_repeatably(key.get(), as_bytes("x")).error().code, ErrorCode::crypto_failed);
}

}  // namespace
}  // namespace rakit::ossl
