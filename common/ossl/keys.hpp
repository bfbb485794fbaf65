#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "common/base/rng.hpp"
#include "common/ossl/handles.hpp"

namespace rakit::ossl {

/// KeyType is an algorithm with its size.
enum class KeyType { rsa1024, rsa2048, rsa3072, rsa4096, ec_p256, ec_p384, ec_p521 };

/// name gives `rsa-2048`, `ec-p256`, ...
std::string_view name(KeyType type);

/// key_type_from_name reads what name() writes.
std::optional<KeyType> key_type_from_name(std::string_view name);

/// key_type tells what a key is; nothing for algorithms and sizes that KeyType has not.
std::optional<KeyType> key_type(const EVP_PKEY* key);

/// generate_key makes a key pair from the octets of `rng` alone: the same stream gives the same key.
/// RSA: FIPS 186-4 B.3.3's conditions (e = 65537, primes with the two top bits set, |p-q| large); EC: B.4.1.
Result<PKey> generate_key(KeyType type, Rng& rng);

/// spki encodes a public key as SubjectPublicKeyInfo, DER (RFC 5280 section 4.1.2.7).
Bytes spki(const EVP_PKEY* key);

/// parse_spki decodes a whole SubjectPublicKeyInfo; trailing octets are refused.
Result<PKey> parse_spki(ByteView der);

/// private_key_der encodes as PKCS#8 PrivateKeyInfo, unencrypted.
Bytes private_key_der(const EVP_PKEY* key);

/// parse_private_key decodes PKCS#8 or a traditional encoding, DER.
Result<PKey> parse_private_key(ByteView der);

/// sign makes a signature with SHA-256: RSA PKCS#1 v1.5, or ECDSA as DER.
Result<Bytes> sign(EVP_PKEY* key, ByteView message);

/// share adds a reference.
PKey share(EVP_PKEY* key);

}  // namespace rakit::ossl
