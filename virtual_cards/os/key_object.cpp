#include "virtual_cards/os/key_object.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "common/ossl/rsa_key.hpp"

namespace rakit::cards {
namespace {

using Builder = ossl::Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = ossl::Handle<OSSL_PARAM, OSSL_PARAM_free>;

ossl::BigNumber number(ByteView bytes) {
    return ossl::BigNumber(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

// A failed operation is an answer of the card, not of this program: OpenSSL's queue must not grow.
template <class T>
std::optional<T> refuse() {
    ERR_clear_error();
    return std::nullopt;
}

ossl::PKey make_key(const char* algorithm, OSSL_PARAM_BLD* builder, int selection) {
    const Params params(OSSL_PARAM_BLD_to_param(builder));
    const ossl::PKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
    EVP_PKEY* key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1)
        return nullptr;
    return ossl::PKey(key);
}

bool consistent(EVP_PKEY* key) {
    const ossl::PKeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    return context && EVP_PKEY_pairwise_check(context.get()) == 1;
}

const char* curve_name(std::size_t bits) {
    return bits == 256 ? "prime256v1" : bits == 384 ? "secp384r1" : bits == 521 ? "secp521r1" : nullptr;
}

// d = e^-1 mod lcm(p-1, q-1), which the parts that a card is given don't hold.
ossl::BigNumber private_exponent(const RsaParts& parts) {
    const ossl::BigNumberContext work(BN_CTX_secure_new());
    auto p1 = number(parts.p);
    auto q1 = number(parts.q);
    const auto e = number(parts.e);
    ossl::BigNumber gcd(BN_new()), product(BN_new()), lcm(BN_new()), d(BN_new());
    if (BN_is_zero(p1.get()) || BN_is_zero(q1.get()) || BN_sub_word(p1.get(), 1) != 1 ||
        BN_sub_word(q1.get(), 1) != 1 || BN_gcd(gcd.get(), p1.get(), q1.get(), work.get()) != 1 ||
        BN_is_zero(gcd.get()) || BN_mul(product.get(), p1.get(), q1.get(), work.get()) != 1 ||
        BN_div(lcm.get(), nullptr, product.get(), gcd.get(), work.get()) != 1 ||
        BN_mod_inverse(d.get(), e.get(), lcm.get(), work.get()) == nullptr)
        return nullptr;
    return d;
}

}  // namespace

KeyObject KeyObject::from_pkcs8(ByteView der) {
    KeyObject object;
    object.x_der.assign(der.begin(), der.end());
    return object;
}

KeyObject KeyObject::from_key(const EVP_PKEY* key) {
    auto der = ossl::private_key_der(key);
    auto object = from_pkcs8(der);
    wipe(der.data(), der.size());
    return object;
}

EVP_PKEY* KeyObject::key() {
    if (!x_key && !x_der.empty()) {
        auto parsed = ossl::parse_private_key(x_der);
        if (parsed) x_key = std::move(*parsed);
        ERR_clear_error();
    }
    return x_key.get();
}

EVP_PKEY_CTX* KeyObject::context(ossl::PKeyContext& slot, int (*start)(EVP_PKEY_CTX*)) {
    if (slot) return slot.get();
    if (key() == nullptr) return nullptr;
    slot.reset(EVP_PKEY_CTX_new(x_key.get(), nullptr));
    if (slot && start(slot.get()) != 1) slot.reset();
    return slot.get();
}

std::optional<Bytes> KeyObject::public_value() {
    if (key() == nullptr) return std::nullopt;
    if (EVP_PKEY_is_a(x_key.get(), "RSA")) {
        BIGNUM* n = nullptr;
        if (EVP_PKEY_get_bn_param(x_key.get(), OSSL_PKEY_PARAM_RSA_N, &n) != 1) return refuse<Bytes>();
        const ossl::BigNumber owned(n);
        Bytes modulus(static_cast<std::size_t>(BN_num_bytes(n)));
        BN_bn2bin(n, modulus.data());
        return modulus;
    }
    Bytes point(133);
    std::size_t size = 0;
    if (EVP_PKEY_get_octet_string_param(x_key.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) != 1)
        return refuse<Bytes>();
    point.resize(size);
    return point;
}

std::optional<Bytes> KeyObject::sign(ByteView input, RsaPadding padding) {
    auto* operation = context(x_sign, EVP_PKEY_sign_init);
    if (operation == nullptr) return refuse<Bytes>();
    if (EVP_PKEY_is_a(x_key.get(), "RSA") &&
        EVP_PKEY_CTX_set_rsa_padding(operation, padding == RsaPadding::pkcs1 ? RSA_PKCS1_PADDING : RSA_NO_PADDING) != 1)
        return refuse<Bytes>();
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(x_key.get())));
    std::size_t size = signature.size();
    if (EVP_PKEY_sign(operation, signature.data(), &size, input.data(), input.size()) != 1) return refuse<Bytes>();
    signature.resize(size);
    return signature;
}

std::optional<Bytes> KeyObject::decipher(ByteView cryptogram, RsaPadding padding) {
    if (key() == nullptr || !EVP_PKEY_is_a(x_key.get(), "RSA")) return refuse<Bytes>();
    auto* operation = context(x_decipher, EVP_PKEY_decrypt_init);
    if (operation == nullptr ||
        EVP_PKEY_CTX_set_rsa_padding(operation, padding == RsaPadding::pkcs1 ? RSA_PKCS1_PADDING : RSA_NO_PADDING) != 1)
        return refuse<Bytes>();
    Bytes plain(static_cast<std::size_t>(EVP_PKEY_get_size(x_key.get())));
    std::size_t size = plain.size();
    if (cryptogram.size() != plain.size() ||
        EVP_PKEY_decrypt(operation, plain.data(), &size, cryptogram.data(), cryptogram.size()) != 1)
        return refuse<Bytes>();
    plain.resize(size);
    return plain;
}

std::optional<Bytes> KeyObject::derive(ByteView point) {
    if (key() == nullptr || !EVP_PKEY_is_a(x_key.get(), "EC")) return refuse<Bytes>();
    auto* operation = context(x_derive, EVP_PKEY_derive_init);
    const char* curve = curve_name(static_cast<std::size_t>(EVP_PKEY_get_bits(x_key.get())));
    if (operation == nullptr || curve == nullptr) return refuse<Bytes>();
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    const auto peer = make_key("EC", builder.get(), EVP_PKEY_PUBLIC_KEY);
    Bytes shared(66);
    std::size_t size = shared.size();
    if (!peer || EVP_PKEY_derive_set_peer(operation, peer.get()) != 1 ||
        EVP_PKEY_derive(operation, shared.data(), &size) != 1)
        return refuse<Bytes>();
    shared.resize(size);
    return shared;
}

std::optional<KeyObject> assemble_rsa(const RsaParts& parts) {
    const auto d = private_exponent(parts);
    if (!d) return refuse<KeyObject>();
    const auto n = number(parts.n), e = number(parts.e), p = number(parts.p), q = number(parts.q);
    const auto dp = number(parts.dp), dq = number(parts.dq), qinv = number(parts.qinv);
    const Builder builder(OSSL_PARAM_BLD_new());
    const std::pair<const char*, const BIGNUM*> values[] = {
        {OSSL_PKEY_PARAM_RSA_N, n.get()},          {OSSL_PKEY_PARAM_RSA_E, e.get()},
        {OSSL_PKEY_PARAM_RSA_D, d.get()},          {OSSL_PKEY_PARAM_RSA_FACTOR1, p.get()},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, q.get()},    {OSSL_PKEY_PARAM_RSA_EXPONENT1, dp.get()},
        {OSSL_PKEY_PARAM_RSA_EXPONENT2, dq.get()}, {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qinv.get()}};
    for (const auto& [name, value] : values)
        if (OSSL_PARAM_BLD_push_BN(builder.get(), name, value) != 1) return refuse<KeyObject>();
    const auto key = make_key("RSA", builder.get(), EVP_PKEY_KEYPAIR);
    if (!key || !consistent(key.get())) return refuse<KeyObject>();
    return KeyObject::from_key(key.get());
}

std::optional<KeyObject> assemble_ec(std::size_t bits, ByteView d, ByteView point) {
    const char* curve = curve_name(bits);
    if (curve == nullptr) return refuse<KeyObject>();
    const auto exponent = number(d);
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, exponent.get());
    const auto key = make_key("EC", builder.get(), EVP_PKEY_KEYPAIR);
    if (!key || !consistent(key.get())) return refuse<KeyObject>();
    return KeyObject::from_key(key.get());
}

bool has_key_size(bool rsa, std::size_t bits, WeakRsa weak) {
    constexpr std::size_t kStep = 64, kMost = 4096;
    const std::size_t least = weak == WeakRsa::yes ? 512 : 1024;
    return rsa ? bits >= least && bits <= kMost && bits % kStep == 0 : curve_name(bits) != nullptr;
}

std::optional<KeyObject> generate_key_object(bool rsa, std::size_t bits, Rng& rng) {
    using ossl::KeyType;
    const auto key = rsa ? ossl::generate_rsa_key(static_cast<int>(bits), rng)
                         : ossl::generate_key(bits == 256   ? KeyType::ec_p256
                                              : bits == 384 ? KeyType::ec_p384
                                                            : KeyType::ec_p521,
                                              rng);
    if (!key) return refuse<KeyObject>();
    return KeyObject::from_key(key->get());
}

}  // namespace rakit::cards
