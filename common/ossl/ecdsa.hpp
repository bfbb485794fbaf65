#pragma once

#include "common/base/result.hpp"
#include "common/ossl/handles.hpp"

namespace rakit::ossl {

/// sign_repeatably makes an ECDSA signature with SHA-256 whose nonce comes from key and message (RFC 6979): the same
/// octets each time. DER ECDSA-Sig-Value. Failure: crypto_failed, also for keys that are no EC keys.
Result<Bytes> sign_repeatably(const EVP_PKEY* key, ByteView message);

}  // namespace rakit::ossl
