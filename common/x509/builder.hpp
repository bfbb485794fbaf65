#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/x509/certificate.hpp"

namespace rakit::x509 {

/// ExtraExtension is an extension that CertificateTemplate has no field for.
struct ExtraExtension {
    std::string oid;
    bool critical = false;
    Bytes value;  ///< DER of the extension's value
};

/// CertificateTemplate says what a certificate shall hold (RFC 5280 section 4.1); key identifiers are added by issue().
struct CertificateTemplate {
    Bytes serial;  ///< big-endian magnitude, 1 to 20 octets, positive
    DistinguishedName subject;
    Bytes spki;
    UtcTime not_before;
    UtcTime not_after;
    bool ca = false;
    std::optional<long> path_length;
    std::vector<std::string> key_usage;  ///< OpenSSL's words: "digitalSignature", "nonRepudiation", "keyCertSign", ...
    std::vector<std::string> extended_key_usage;         ///< dotted OIDs or OpenSSL's words
    std::vector<std::string> policies;                   ///< dotted OIDs
    std::vector<std::string> subject_alternative_names;  ///< "DNS:localhost", "IP:127.0.0.1", "email:a@b"
    std::vector<std::string> ocsp_urls;
    std::vector<std::string> crl_urls;
    std::vector<ExtraExtension> extra;
};

/// issue signs a certificate with SHA-256. `issuer` is the CA's certificate, or nothing for a self-signed one.
/// The same template and key give the same octets each time (ECDSA by RFC 6979). Failure: crypto_failed.
Result<Certificate> issue(const CertificateTemplate& what, const std::optional<Certificate>& issuer,
                          EVP_PKEY* issuer_key);

}  // namespace rakit::x509
