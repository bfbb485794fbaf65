#pragma once

#include <optional>

#include "common/base/secret.hpp"
#include "common/ossl/keys.hpp"

namespace rakit::cards {

/// RsaPadding is what the card does around the RSA operation.
enum class RsaPadding { none, pkcs1 };

/// KeyObject is a private key in a key file: kept as octets, parsed when first used, its OpenSSL contexts kept from
/// then on.
class KeyObject {
public:
    KeyObject() = default;
    /// from_pkcs8 takes PKCS#8 PrivateKeyInfo; nothing is checked until first use.
    static KeyObject from_pkcs8(ByteView der);
    static KeyObject from_key(const EVP_PKEY* key);

    bool empty() const { return x_der.empty(); }
    /// pkcs8 borrows the octets, for a snapshot.
    ByteView pkcs8() const { return x_der; }
    /// key gives the parsed key; null if there is none or it can't be parsed.
    EVP_PKEY* key();
    /// public_value gives an RSA key's modulus (unsigned, full length) or an EC key's point (04 x y).
    std::optional<Bytes> public_value();
    /// sign works on what the caller hashed: RSA with this padding, EC as DER ECDSA-Sig-Value whatever the padding.
    std::optional<Bytes> sign(ByteView input, RsaPadding padding);
    /// decipher is RSA only; nothing if the padding doesn't come out.
    std::optional<Bytes> decipher(ByteView cryptogram, RsaPadding padding);
    /// derive is ECDH with the other side's point 04 x y; the x coordinate comes back.
    std::optional<Bytes> derive(ByteView point);

private:
    EVP_PKEY_CTX* context(ossl::PKeyContext& slot, int (*start)(EVP_PKEY_CTX*));

    SecretBytes x_der;
    ossl::PKey x_key;
    ossl::PKeyContext x_sign;
    ossl::PKeyContext x_decipher;
    ossl::PKeyContext x_derive;
};

/// RsaParts are the numbers in which a private key is imported, big-endian.
struct RsaParts {
    Bytes n, e, p, q, dp, dq, qinv;
};

/// assemble_rsa makes a key of its parts; nothing if they don't belong together.
std::optional<KeyObject> assemble_rsa(const RsaParts& parts);

/// assemble_ec makes a key on the curve with this field size from d and the point; nothing if they don't fit.
std::optional<KeyObject> assemble_ec(std::size_t bits, ByteView d, ByteView point);

/// WeakRsa says whether a card has RSA keys under 1024 bits: a test mode.
enum class WeakRsa : bool { no, yes };

/// has_key_size tells whether a card has keys of this size: RSA from 1024 (weak: 512) to 4096 bits in steps of 64, EC
/// P-256, P-384, P-521.
bool has_key_size(bool rsa, std::size_t bits, WeakRsa weak);

/// generate_key_object makes a key of a size that the card has, from the octets of `rng` alone.
std::optional<KeyObject> generate_key_object(bool rsa, std::size_t bits, Rng& rng);

}  // namespace rakit::cards
