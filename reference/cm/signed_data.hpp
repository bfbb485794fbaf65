#pragma once

#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/x509/certificate.hpp"
#include "reference/officer/officer.hpp"

namespace rakit::reference {

/// sign_pki_data wraps a PKIData in SignedData (RFC 5652; RFC 5272 section 3.2) signed by the officer with SHA-256:
/// signed attributes contentType, messageDigest, signingTime `at` and signingCertificateV2; the officer's certificate
/// and `others` in the bag. Failures: officer_credential_invalid if the officer is locked, those of
/// OfficerCredential::take_failure, crypto_failed.
Result<Bytes> sign_pki_data(ByteView pki_data, const OfficerCredential& officer,
                            const std::vector<x509::Certificate>& others, UtcTime at);

/// sign_data wraps any octets likewise, as the content type data.
Result<Bytes> sign_data(ByteView data, const OfficerCredential& officer, UtcTime at);

/// SignedAnswer is what a PKIResponse's SignedData held.
struct SignedAnswer {
    Bytes pki_response;
    std::vector<x509::Certificate> certificates;  ///< the bag: no order, and nothing in it is trusted by itself
};

/// open_signed_answer takes a PKIResponse out of its SignedData. Exactly one signer with signed attributes and at least
/// SHA-256. Failures: cm_answer_invalid (no such SignedData, or the signature doesn't fit); cm_untrusted if the
/// signer's certificate lacks cmcCA or doesn't chain to an anchor at this time.
Result<SignedAnswer> open_signed_answer(ByteView ber, const std::vector<x509::Certificate>& anchors, UtcTime now);

/// certificates_only reads the bag of a SignedData without looking at signatures (RFC 7030 section 4.1.3).
Result<std::vector<x509::Certificate>> certificates_only(ByteView ber);

}  // namespace rakit::reference
