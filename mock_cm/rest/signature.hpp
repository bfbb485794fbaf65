#pragma once

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/x509/certificate.hpp"

namespace rakit::cm {

/// SignedOctets are a CMS SignedData over data (RFC 5652), whose one signature verifies. Who the signer is worth is not
/// yet judged.
struct SignedOctets {
    Bytes content;
    x509::Certificate signer;
    UtcTime signing_time;
};

/// open_signed reads and verifies one: content inside (not detached), one signer whose certificate is inside too,
/// SHA-2, signed attributes with signingTime - what `openssl cms -sign -binary -nodetach -outform DER` makes. Failures:
/// request_malformed (no CMS), signature_invalid.
Result<SignedOctets> open_signed(ByteView der);

}  // namespace rakit::cm
