#pragma once

#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/ossl/handles.hpp"
#include "common/x509/certificate.hpp"
#include "common/x509/cms_message.hpp"

namespace rakit::cm {

/// Signature is who signed a message, and when by his own clock. The certificate is not yet judged.
struct Signature {
    x509::Certificate signer;
    UtcTime signing_time;
};

/// SignedMessage is a CMS SignedData over a PKIData (RFC 5652, RFC 5272 section 3.2), read but not yet believed.
class SignedMessage {
public:
    /// parse reads BER; certificates that are known aren't decoded again. Failure: request_malformed - it is no CMC at
    /// all.
    static Result<SignedMessage> parse(ByteView ber, const x509::Known& known = {});

    /// content is the PKIData.
    const Bytes& content() const { return x_content; }
    /// certificates is the bag, in no order.
    const std::vector<x509::Certificate>& certificates() const { return x_message.certificates; }
    /// verify checks the one signature: digest (SHA-2), contentType, messageDigest, signingCertificateV2 if there is
    /// one. Failure: signature_invalid.
    Result<Signature> verify() const;

private:
    SignedMessage() = default;
    x509::CmsMessage x_message;
    Bytes x_content;
};

/// seal makes a SignedData over a PKIResponse: SHA-256; contentType, messageDigest, signingTime, signingCertificateV2;
/// the signer's certificate and `bag` inside. Failure: crypto_failed.
Result<Bytes> seal(ByteView pki_response, const x509::Certificate& signer, EVP_PKEY* key,
                   const std::vector<x509::Certificate>& bag, UtcTime signing_time);

/// certs_only makes the degenerate SignedData of RFC 5652 section 5.2: certificates, no content, no signer.
Result<Bytes> certs_only(const std::vector<x509::Certificate>& certificates);

}  // namespace rakit::cm
