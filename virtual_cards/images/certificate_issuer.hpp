#pragma once

#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/x509/certificate.hpp"

namespace rakit::cards {

/// CertificateWish is a certificate that a recipe wants on a card.
struct CertificateWish {
    std::string issuer;  ///< "tc-issuer", "end-user-ca", "officer-ca", or "stranger": a CA that nobody trusts
    Bytes spki;          ///< DER; whose key the certificate names (a mismatch is a recipe's way to be wrong)
    std::string common_name;
    std::string card_serial;  ///< upper-case hex, for the subject's serialNumber; empty: none
    UtcTime not_before;
    UtcTime not_after;
    std::vector<std::string> key_usage;           ///< RFC 5280's words
    std::vector<std::string> extended_key_usage;  ///< dotted OIDs
    std::vector<std::string> policies;            ///< dotted OIDs; a TC's policy among them
    bool authority = false;                       ///< a CA's certificate, as an attestation key has
    bool bad_signature = false;                   ///< flip a bit of the signature
};

/// CertificateIssuer makes what recipes wish: the virtual cards know no CA of their own.
class CertificateIssuer {
public:
    virtual ~CertificateIssuer() = default;
    virtual Result<x509::Certificate> issue(const CertificateWish& wish) = 0;
    /// ca_certificate gives an issuer's own certificate, for the card's CA directory.
    virtual Result<x509::Certificate> ca_certificate(const std::string& issuer) = 0;
};

}  // namespace rakit::cards
