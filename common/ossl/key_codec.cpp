#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>
#include <optional>

#include "common/ossl/keys.hpp"

// Keys from and to DER. OpenSSL 3.0 looks through all its decoders (encoders) for each key anew, which takes several
// times as long as verifying a signature; so the forms that everybody writes are read here and handed over as numbers.
// Whatever has another form still goes to OpenSSL.
namespace rakit::ossl {
namespace {

using ParamBuilder = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Handle<OSSL_PARAM, OSSL_PARAM_free>;
using PrivateKeyInfo = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

constexpr std::uint8_t kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04, kSequence = 0x30;

/// Curve is a named curve with all that stands before the uncompressed point in its SubjectPublicKeyInfo (RFC 5480).
struct Curve {
    int nid;
    const char* name;
    std::size_t point;  ///< octets of an uncompressed point
    Bytes header;
};

const std::array<Curve, 3>& curves() {
    static const std::array<Curve, 3> kCurves{
        Curve{NID_X9_62_prime256v1, "prime256v1", 65,
              *from_hex("3059301306072A8648CE3D020106082A8648CE3D030107034200")},
        Curve{NID_secp384r1, "secp384r1", 97, *from_hex("3076301006072A8648CE3D020106052B81040022036200")},
        Curve{NID_secp521r1, "secp521r1", 133, *from_hex("30819B301006072A8648CE3D020106052B8104002303818600")}};
    return kCurves;
}

/// AlgorithmIdentifier of rsaEncryption (RFC 3279 section 2.3.1).
const Bytes& rsa_algorithm() {
    static const Bytes kAlgorithm = *from_hex("300D06092A864886F70D0101010500");
    return kAlgorithm;
}

/// Der reads elements with one-octet tags and definite lengths, one after the other.
class Der {
public:
    explicit Der(ByteView rest) : x_rest(rest) {}
    bool at_end() const { return x_rest.empty(); }
    /// take gives the contents of the next element if it has this tag.
    std::optional<ByteView> take(std::uint8_t tag) {
        if (x_rest.size() < 2 || x_rest[0] != tag) return std::nullopt;
        std::size_t size = x_rest[1], header = 2;
        if (size > 0x80) {
            const std::size_t octets = size - 0x80;
            if (octets > 2 || x_rest.size() < header + octets) return std::nullopt;
            for (size = 0; header < 2 + octets; ++header) size = size << 8 | x_rest[header];
            if (size < (octets == 1 ? 0x80U : 0x100U)) return std::nullopt;
        } else if (size == 0x80) {
            return std::nullopt;
        }
        if (x_rest.size() - header < size) return std::nullopt;
        const auto contents = x_rest.subspan(header, size);
        x_rest = x_rest.subspan(header + size);
        return contents;
    }
    /// number reads a positive INTEGER in its shortest form.
    BigNumber number() {
        const auto contents = take(kInteger);
        if (!contents || contents->empty() || ((*contents)[0] & 0x80) != 0) return nullptr;
        if (contents->size() > 1 && (*contents)[0] == 0 && ((*contents)[1] & 0x80) == 0) return nullptr;
        BigNumber number(BN_secure_new());
        BN_bin2bn(contents->data(), static_cast<int>(contents->size()), number.get());
        return number;
    }

private:
    ByteView x_rest;
};

Bytes element(std::uint8_t tag, ByteView contents) {
    const auto size = contents.size();
    const auto high = static_cast<std::uint8_t>(size >> 8), low = static_cast<std::uint8_t>(size);
    const std::array<std::uint8_t, 4> wide{tag, 0x82, high, low};
    const std::array<std::uint8_t, 3> middle{tag, 0x81, low};
    const std::array<std::uint8_t, 2> narrow{tag, low};
    const ByteView header = size > 0xFF ? ByteView(wide) : size >= 0x80 ? ByteView(middle) : ByteView(narrow);
    return concat({header, contents});
}

Bytes integer(const BIGNUM* number) {
    Bytes octets(static_cast<std::size_t>(BN_num_bits(number) / 8 + 1));  // with room for the sign
    BN_bn2binpad(number, octets.data(), static_cast<int>(octets.size()));
    return element(kInteger, octets);
}

PKey key_from(const char* algorithm, int selection, OSSL_PARAM_BLD* builder) {
    const Params params(OSSL_PARAM_BLD_to_param(builder));
    const PKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
    EVP_PKEY* key = nullptr;
    if (params && context && EVP_PKEY_fromdata_init(context.get()) == 1)
        EVP_PKEY_fromdata(context.get(), &key, selection, params.get());
    return PKey(key);
}

PKey ec_key(const Curve& curve, ByteView point, const BIGNUM* d) {
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.name, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    if (d != nullptr) OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d);
    return key_from("EC", d == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, builder.get());
}

/// rsa_public_key gives nothing for what isn't an RSA key by its algorithm, and null for one that is no sound one.
std::optional<PKey> rsa_public_key(ByteView spki) {
    Der outer(spki);
    const auto info = outer.take(kSequence);
    const auto& algorithm = rsa_algorithm();
    if (!info || !outer.at_end() || info->size() < algorithm.size() ||
        !equal_bytes(info->first(algorithm.size()), algorithm))
        return std::nullopt;
    Der after(info->subspan(algorithm.size()));
    const auto bits = after.take(kBitString);
    if (!bits || !after.at_end() || bits->empty() || (*bits)[0] != 0) return nullptr;
    Der key(bits->subspan(1));
    const auto numbers = key.take(kSequence);
    if (!numbers || !key.at_end()) return nullptr;
    Der reader(*numbers);
    const auto n = reader.number(), e = reader.number();
    if (!n || !e || !reader.at_end()) return nullptr;
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return key_from("RSA", EVP_PKEY_PUBLIC_KEY, builder.get());
}

std::optional<PKey> public_key(ByteView spki) {
    for (const auto& curve : curves())
        if (spki.size() == curve.header.size() + curve.point &&
            equal_bytes(spki.first(curve.header.size()), curve.header) && spki[curve.header.size()] == 0x04)
            return ec_key(curve, spki.subspan(curve.header.size()), nullptr);
    return rsa_public_key(spki);
}

/// rsa_private_key reads a two-prime RSAPrivateKey (RFC 8017 appendix A.1.2).
PKey rsa_private_key(ByteView der) {
    static constexpr std::array kNames{OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                                       OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                                       OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                       OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
    Der outer(der);
    const auto contents = outer.take(kSequence);
    if (!contents || !outer.at_end()) return nullptr;
    Der reader(*contents);
    const auto version = reader.number();
    if (!version || !BN_is_zero(version.get())) return nullptr;
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    std::array<BigNumber, kNames.size()> numbers;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        numbers[i] = reader.number();
        if (!numbers[i]) return nullptr;
        OSSL_PARAM_BLD_push_BN(builder.get(), kNames[i], numbers[i].get());
    }
    return reader.at_end() ? key_from("RSA", EVP_PKEY_KEYPAIR, builder.get()) : nullptr;
}

/// ec_private_key reads an ECPrivateKey with its public key (RFC 5915); without one OpenSSL has to calculate it.
PKey ec_private_key(int nid, ByteView der) {
    constexpr std::uint8_t kParameters = 0xA0, kPublicKey = 0xA1;
    Der outer(der);
    const auto contents = outer.take(kSequence);
    if (!contents || !outer.at_end()) return nullptr;
    Der reader(*contents);
    const auto version = reader.number();
    const auto secret = reader.take(kOctetString);
    reader.take(kParameters);
    const auto tagged = reader.take(kPublicKey);
    if (!version || !BN_is_one(version.get()) || !secret || !tagged || !reader.at_end()) return nullptr;
    const auto bits = Der(*tagged).take(kBitString);
    if (!bits || bits->size() < 2 || (*bits)[0] != 0 || (*bits)[1] != 0x04) return nullptr;
    for (const auto& curve : curves()) {
        if (curve.nid != nid || bits->size() != 1 + curve.point) continue;
        const BigNumber d(BN_secure_new());
        BN_bin2bn(secret->data(), static_cast<int>(secret->size()), d.get());
        return ec_key(curve, bits->subspan(1), d.get());
    }
    return nullptr;
}

PKey private_key(ByteView pkcs8) {
    const unsigned char* cursor = pkcs8.data();
    const PrivateKeyInfo info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &cursor, static_cast<long>(pkcs8.size())));
    const ASN1_OBJECT* type = nullptr;
    const unsigned char* octets = nullptr;
    const X509_ALGOR* algorithm = nullptr;
    int size = 0;
    if (!info || PKCS8_pkey_get0(&type, &octets, &size, &algorithm, info.get()) != 1) return nullptr;
    const ByteView key(octets, static_cast<std::size_t>(size));
    if (OBJ_obj2nid(type) == NID_rsaEncryption) return rsa_private_key(key);
    int kind = V_ASN1_UNDEF;
    const void* curve = nullptr;
    X509_ALGOR_get0(nullptr, &kind, &curve, algorithm);
    if (OBJ_obj2nid(type) != NID_X9_62_id_ecPublicKey || kind != V_ASN1_OBJECT) return nullptr;
    return ec_private_key(OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(curve)), key);
}

/// rsa_spki and ec_spki encode; empty if the key has another type or form.
Bytes rsa_spki(const EVP_PKEY* key) {
    BIGNUM *n = nullptr, *e = nullptr;
    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n);
    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e);
    const BigNumber owned_n(n), owned_e(e);
    if (n == nullptr || e == nullptr) return {};
    const std::array<std::uint8_t, 1> unused_bits{0};
    const Bytes bits = concat({unused_bits, element(kSequence, concat({integer(n), integer(e)}))});
    return element(kSequence, concat({rsa_algorithm(), element(kBitString, bits)}));
}

Bytes ec_spki(const EVP_PKEY* key) {
    std::array<char, 64> name{};
    std::array<std::uint8_t, 133> point{};
    std::size_t size = 0;
    if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(), nullptr) != 1 ||
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) != 1)
        return {};
    for (const auto& curve : curves())
        if (std::string_view(curve.name) == name.data() && size == curve.point)
            return concat({curve.header, ByteView(point).first(size)});
    return {};
}

}  // namespace

Bytes spki(const EVP_PKEY* key) {
    Bytes der;
    if (EVP_PKEY_is_a(key, "RSA") == 1) der = rsa_spki(key);
    if (EVP_PKEY_is_a(key, "EC") == 1) der = ec_spki(key);
    if (!der.empty()) return der;
    return to_der(key, [](const EVP_PKEY* k, unsigned char** out) { return i2d_PUBKEY(k, out); });
}

Result<PKey> parse_spki(ByteView der) {
    // What people try as a key to see if it is one must not take OpenSSL's long way to a refusal.
    if (auto key = public_key(der)) {
        if (*key) return *std::move(key);
        return fail(ErrorCode::crypto_failed, "not a sound public key in the SubjectPublicKeyInfo: " + last_error());
    }
    const unsigned char* cursor = der.data();
    PKey key(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(der.size())));
    if (!key) return fail(ErrorCode::crypto_failed, "not a SubjectPublicKeyInfo: " + last_error());
    if (cursor != der.data() + der.size())
        return fail(ErrorCode::crypto_failed, "octets after the SubjectPublicKeyInfo");
    return key;
}

Bytes private_key_der(const EVP_PKEY* key) {
    const PrivateKeyInfo info(EVP_PKEY2PKCS8(key));
    return info ? to_der(info.get(), i2d_PKCS8_PRIV_KEY_INFO) : Bytes{};
}

Result<PKey> parse_private_key(ByteView der) {
    auto key = private_key(der);
    if (!key) {
        const unsigned char* cursor = der.data();
        key.reset(d2i_AutoPrivateKey(nullptr, &cursor, static_cast<long>(der.size())));
    }
    if (!key) return fail(ErrorCode::crypto_failed, "not a private key: " + last_error());
    last_error();
    return key;
}

}  // namespace rakit::ossl
