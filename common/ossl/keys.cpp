#include "common/ossl/keys.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>

#include "common/ossl/rsa_key.hpp"

namespace rakit::ossl {
namespace {

struct KeyTypeRow {
    KeyType type;
    std::string_view name;
    int bits;           // RSA modulus, or field size
    const char* curve;  // null for RSA
    int nid;
};

constexpr std::array kKeyTypes{
    KeyTypeRow{KeyType::rsa1024, "rsa-1024", 1024, nullptr, 0},
    KeyTypeRow{KeyType::rsa2048, "rsa-2048", 2048, nullptr, 0},
    KeyTypeRow{KeyType::rsa3072, "rsa-3072", 3072, nullptr, 0},
    KeyTypeRow{KeyType::rsa4096, "rsa-4096", 4096, nullptr, 0},
    KeyTypeRow{KeyType::ec_p256, "ec-p256", 256, "prime256v1", NID_X9_62_prime256v1},
    KeyTypeRow{KeyType::ec_p384, "ec-p384", 384, "secp384r1", NID_secp384r1},
    KeyTypeRow{KeyType::ec_p521, "ec-p521", 521, "secp521r1", NID_secp521r1},
};

const KeyTypeRow& row_of(KeyType type) {
    for (const auto& row : kKeyTypes)
        if (row.type == type) return row;
    std::abort();
}

using ParamBuilder = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Handle<OSSL_PARAM, OSSL_PARAM_free>;

Result<PKey> key_from(const char* algorithm, OSSL_PARAM_BLD* builder) {
    const Params params(OSSL_PARAM_BLD_to_param(builder));
    const PKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
    EVP_PKEY* key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get()) != 1)
        return fail(ErrorCode::crypto_failed, "key generation: " + last_error());
    return PKey(key);
}

BigNumber random_number(int bits, Rng& rng) {
    const Bytes octets = rng.bytes(static_cast<std::size_t>(bits + 7) / 8);
    BigNumber number(BN_secure_new());
    BN_bin2bn(octets.data(), static_cast<int>(octets.size()), number.get());
    BN_mask_bits(number.get(), bits);
    return number;
}

BigNumber random_prime(int bits, const BIGNUM* e, Rng& rng, BN_CTX* context) {
    const BigNumber minus_one(BN_new());
    const BigNumber divisor(BN_new());
    for (;;) {
        BigNumber candidate = random_number(bits, rng);
        // The two top bits make the product of two primes exactly twice as long.
        BN_set_bit(candidate.get(), bits - 1);
        BN_set_bit(candidate.get(), bits - 2);
        BN_set_bit(candidate.get(), 0);
        BN_copy(minus_one.get(), candidate.get());
        BN_sub_word(minus_one.get(), 1);
        BN_gcd(divisor.get(), minus_one.get(), e, context);
        if (BN_is_one(divisor.get()) && BN_check_prime(candidate.get(), context, nullptr) == 1) return candidate;
    }
}

Result<PKey> generate_rsa(int bits, Rng& rng) {
    const BigNumberContext context(BN_CTX_secure_new());
    const BigNumber e(BN_new());
    BN_set_word(e.get(), RSA_F4);
    BigNumber p = random_prime(bits / 2, e.get(), rng, context.get());
    BigNumber q = random_prime(bits / 2, e.get(), rng, context.get());
    if (BN_cmp(p.get(), q.get()) < 0) std::swap(p, q);
    const BigNumber n(BN_new()), p1(BN_secure_new()), q1(BN_secure_new()), phi(BN_secure_new()), d(BN_secure_new());
    const BigNumber dp(BN_secure_new()), dq(BN_secure_new()), qi(BN_secure_new());
    BN_mul(n.get(), p.get(), q.get(), context.get());
    BN_sub(p1.get(), p.get(), BN_value_one());
    BN_sub(q1.get(), q.get(), BN_value_one());
    BN_mul(phi.get(), p1.get(), q1.get(), context.get());
    BN_mod_inverse(d.get(), e.get(), phi.get(), context.get());
    BN_mod(dp.get(), d.get(), p1.get(), context.get());
    BN_mod(dq.get(), d.get(), q1.get(), context.get());
    BN_mod_inverse(qi.get(), q.get(), p.get(), context.get());
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, d.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_FACTOR1, p.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_FACTOR2, q.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_EXPONENT1, dp.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_EXPONENT2, dq.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi.get());
    return key_from("RSA", builder.get());
}

Result<PKey> generate_ec(const KeyTypeRow& row, Rng& rng) {
    using Group = Handle<EC_GROUP, EC_GROUP_free>;
    using Point = Handle<EC_POINT, EC_POINT_free>;
    const BigNumberContext context(BN_CTX_secure_new());
    const Group group(EC_GROUP_new_by_curve_name(row.nid));
    // 64 bits more than the order, then modulo: the bias is below 2^-64 (FIPS 186-4 B.4.1).
    const BigNumber wide = random_number(row.bits + 64, rng);
    const BigNumber limit(BN_dup(EC_GROUP_get0_order(group.get())));
    BN_sub_word(limit.get(), 1);
    const BigNumber d(BN_secure_new());
    BN_mod(d.get(), wide.get(), limit.get(), context.get());
    BN_add_word(d.get(), 1);
    const Point point(EC_POINT_new(group.get()));
    EC_POINT_mul(group.get(), point.get(), d.get(), nullptr, nullptr, context.get());
    Bytes encoded(1 + 2 * static_cast<std::size_t>((row.bits + 7) / 8));
    EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(), encoded.size(),
                       context.get());
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, row.curve, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(), encoded.size());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get());
    return key_from("EC", builder.get());
}

}  // namespace

std::string_view name(KeyType type) { return row_of(type).name; }

std::optional<KeyType> key_type_from_name(std::string_view name) {
    for (const auto& row : kKeyTypes)
        if (row.name == name) return row.type;
    return std::nullopt;
}

std::optional<KeyType> key_type(const EVP_PKEY* key) {
    const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1;
    if (!rsa && EVP_PKEY_is_a(key, "EC") != 1) return std::nullopt;
    char curve[64] = {};
    if (!rsa && EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof curve, nullptr) != 1)
        return std::nullopt;
    for (const auto& row : kKeyTypes)
        if (rsa ? row.curve == nullptr && row.bits == EVP_PKEY_get_bits(key)
                : row.curve != nullptr && std::string_view(row.curve) == curve)
            return row.type;
    return std::nullopt;
}

Result<PKey> generate_rsa_key(int bits, Rng& rng) { return generate_rsa(bits, rng); }

Result<PKey> generate_key(KeyType type, Rng& rng) {
    const auto& row = row_of(type);
    return row.curve == nullptr ? generate_rsa(row.bits, rng) : generate_ec(row, rng);
}

Bytes spki(const EVP_PKEY* key) {
    return to_der(key, [](const EVP_PKEY* k, unsigned char** out) { return i2d_PUBKEY(k, out); });
}

Result<PKey> parse_spki(ByteView der) {
    const unsigned char* cursor = der.data();
    PKey key(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(der.size())));
    if (!key) return fail(ErrorCode::crypto_failed, "not a SubjectPublicKeyInfo: " + last_error());
    if (cursor != der.data() + der.size())
        return fail(ErrorCode::crypto_failed, "octets after the SubjectPublicKeyInfo");
    return key;
}

Bytes private_key_der(const EVP_PKEY* key) {
    const Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(EVP_PKEY2PKCS8(key));
    return info ? to_der(info.get(), i2d_PKCS8_PRIV_KEY_INFO) : Bytes{};
}

Result<PKey> parse_private_key(ByteView der) {
    const unsigned char* cursor = der.data();
    PKey key(d2i_AutoPrivateKey(nullptr, &cursor, static_cast<long>(der.size())));
    if (!key) return fail(ErrorCode::crypto_failed, "not a private key: " + last_error());
    return key;
}

Result<Bytes> sign(EVP_PKEY* key, ByteView message) {
    const DigestContext context(EVP_MD_CTX_new());
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1)
        return fail(ErrorCode::crypto_failed, "signing: " + last_error());
    Bytes signature(size);
    if (EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1)
        return fail(ErrorCode::crypto_failed, "signing: " + last_error());
    signature.resize(size);
    return signature;
}

PKey share(EVP_PKEY* key) {
    EVP_PKEY_up_ref(key);
    return PKey(key);
}

}  // namespace rakit::ossl
