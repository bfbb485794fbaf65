#pragma once

#include "common/base/bytes.hpp"

/// Public keys as cards give them, made into SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), DER.
namespace rakit::reference {

/// rsa_spki takes an RSAPublicKey, DER (RFC 8017 section A.1.1).
Bytes rsa_spki(ByteView rsa_public_key);

/// rsa_spki takes both numbers as unsigned octets.
Bytes rsa_spki(ByteView modulus, ByteView exponent);

/// ec_spki takes an uncompressed point; its length tells the curve (P-256, P-384, P-521). Empty for any other.
Bytes ec_spki(ByteView point);

}  // namespace rakit::reference
