#include "common/ossl/ecdsa.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>

#include <array>

#include "common/base/secret.hpp"
#include "common/ossl/digest.hpp"

namespace rakit::ossl {
namespace {

using Group = Handle<EC_GROUP, EC_GROUP_free>;
using Point = Handle<EC_POINT, EC_POINT_free>;
using Signature = Handle<ECDSA_SIG, ECDSA_SIG_free>;

SecretBytes hmac(ByteView key, std::initializer_list<ByteView> parts) {
    SecretBytes input;
    for (const auto part : parts) input.insert(input.end(), part.begin(), part.end());
    SecretBytes out(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), input.data(), input.size(), out.data(), &size) ==
        nullptr)
        std::abort();
    out.resize(size);
    return out;
}

/// EcKey is what signing by hand needs of an EVP_PKEY.
struct EcKey {
    const EC_GROUP* group = nullptr;
    BigNumber d;
    const BIGNUM* order = nullptr;
    int order_bits = 0;
    std::size_t order_octets = 0;
};

/// group_of gives one of the curves that KeyType has; making a group takes longer than signing. Null for others.
const EC_GROUP* group_of(int nid) {
    static const std::array kGroups{Group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)),
                                    Group(EC_GROUP_new_by_curve_name(NID_secp384r1)),
                                    Group(EC_GROUP_new_by_curve_name(NID_secp521r1))};
    for (const auto& group : kGroups)
        if (EC_GROUP_get_curve_name(group.get()) == nid) return group.get();
    return nullptr;
}

Result<EcKey> take_apart(const EVP_PKEY* key) {
    char curve[64] = {};
    BIGNUM* d = nullptr;
    EcKey ec;
    if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof curve, nullptr) == 1)
        ec.group = group_of(OBJ_sn2nid(curve));
    if (ec.group == nullptr || EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &d) != 1)
        return fail(ErrorCode::crypto_failed, "no EC private key: " + last_error());
    ec.d.reset(d);
    ec.order = EC_GROUP_get0_order(ec.group);
    ec.order_bits = BN_num_bits(ec.order);
    ec.order_octets = static_cast<std::size_t>(ec.order_bits + 7) / 8;
    return ec;
}

/// bits2int takes the leftmost bits, as many as the order has (RFC 6979 section 2.3.2).
BigNumber bits2int(ByteView octets, int order_bits) {
    BigNumber number(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
    const int more = static_cast<int>(octets.size()) * 8 - order_bits;
    if (more > 0) BN_rshift(number.get(), number.get(), more);
    return number;
}

SecretBytes int2octets(const BIGNUM* number, std::size_t size) {
    SecretBytes octets(size);
    BN_bn2binpad(number, octets.data(), static_cast<int>(size));
    return octets;
}

/// Nonces is the generator of RFC 6979 section 3.2.
class Nonces {
public:
    Nonces(const EcKey& key, ByteView hash) : x_key(key), x_v(32, 0x01), x_k(32, 0x00) {
        const auto d = int2octets(key.d.get(), key.order_octets);
        auto reduced = bits2int(hash, key.order_bits);
        if (BN_cmp(reduced.get(), key.order) >= 0) BN_sub(reduced.get(), reduced.get(), key.order);
        const auto h = int2octets(reduced.get(), key.order_octets);
        for (const std::uint8_t step : {std::uint8_t{0}, std::uint8_t{1}}) update({&step, 1}, d, h);
    }

    BigNumber next() {
        for (;;) {
            SecretBytes t;
            while (t.size() < x_key.order_octets) {
                x_v = hmac(x_k, {x_v});
                t.insert(t.end(), x_v.begin(), x_v.end());
            }
            t.resize(x_key.order_octets);
            auto k = bits2int(t, x_key.order_bits);
            const std::uint8_t again = 0x00;
            update({&again, 1}, {}, {});
            if (!BN_is_zero(k.get()) && BN_cmp(k.get(), x_key.order) < 0) return k;
        }
    }

private:
    void update(ByteView step, ByteView d, ByteView h) {
        x_k = hmac(x_k, {x_v, step, d, h});
        x_v = hmac(x_k, {x_v});
    }

    const EcKey& x_key;
    SecretBytes x_v, x_k;
};

}  // namespace

Result<Bytes> sign_repeatably(const EVP_PKEY* key, ByteView message) {
    const auto ec = take_apart(key);
    if (!ec) return fail(ec.error());
    const auto hash = sha256(message);
    const BigNumberContext work(BN_CTX_secure_new());
    const auto z = bits2int(hash, ec->order_bits);
    Nonces nonces(*ec, hash);
    for (;;) {
        const auto k = nonces.next();
        const Point point(EC_POINT_new(ec->group));
        BigNumber r(BN_new()), s(BN_secure_new());
        const BigNumber inverse(BN_secure_new());
        if (EC_POINT_mul(ec->group, point.get(), k.get(), nullptr, nullptr, work.get()) != 1 ||
            EC_POINT_get_affine_coordinates(ec->group, point.get(), r.get(), nullptr, work.get()) != 1 ||
            BN_nnmod(r.get(), r.get(), ec->order, work.get()) != 1 ||
            BN_mod_inverse(inverse.get(), k.get(), ec->order, work.get()) == nullptr ||
            BN_mod_mul(s.get(), r.get(), ec->d.get(), ec->order, work.get()) != 1 ||
            BN_mod_add(s.get(), s.get(), z.get(), ec->order, work.get()) != 1 ||
            BN_mod_mul(s.get(), s.get(), inverse.get(), ec->order, work.get()) != 1)
            return fail(ErrorCode::crypto_failed, "ECDSA: " + last_error());
        if (BN_is_zero(r.get()) || BN_is_zero(s.get())) continue;
        const Signature signature(ECDSA_SIG_new());
        ECDSA_SIG_set0(signature.get(), r.release(), s.release());
        return to_der(signature.get(), i2d_ECDSA_SIG);
    }
}

}  // namespace rakit::ossl
