#pragma once

#include "common/base/secret.hpp"
#include "common/ossl/keys.hpp"

/// What the keys of all card families have in common.
namespace rakit::reference {

/// elliptic tells EC keys from RSA keys.
bool elliptic(ossl::KeyType type);

/// sha256_digest_info gives the DigestInfo of SHA-256 over a message (RFC 8017 section 9.2).
Bytes sha256_digest_info(ByteView message);

/// pad_for_signature puts EMSA-PKCS1-v1_5's padding before a DigestInfo (RFC 8017 section 9.2); `size`: octets of the
/// modulus, at least 11 more than the DigestInfo.
Bytes pad_for_signature(ByteView digest_info, std::size_t size);

/// strip_padding takes EME-PKCS1-v1_5's padding off (RFC 8017 section 7.2.2). Nothing if it is none.
std::optional<SecretBytes> strip_padding(ByteView block);

/// ecdsa_der takes a signature as SEQUENCE of r and s, or as both side by side, and gives the SEQUENCE. Failure:
/// card_content_invalid.
Result<Bytes> ecdsa_der(Bytes signature);

/// secret keeps what a key deciphered or agreed on where it is wiped, and wipes what it came in.
SecretBytes secret(Bytes octets);

}  // namespace rakit::reference
