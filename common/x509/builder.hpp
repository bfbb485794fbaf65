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

/// IssueOptions say how a certificate is made.
struct IssueOptions {
    /// The same template and key give the same octets each time: ECDSA by RFC 6979. It takes ten times as long as
    /// OpenSSL's and not the same time for all keys, so it is for what must be repeatable: seeded runs, images.
    bool repeatable = false;
    /// The subject's key is decoded from the finished certificate, and judged. Without it the octets are taken on
    /// trust, which is for who has judged the key, and handle() has no public key: decoding takes longer than signing.
    bool decode_key = true;
};

/// issue signs a certificate with SHA-256. `issuer` is the CA's certificate, or nothing for a self-signed one.
/// Failure: crypto_failed.
Result<Certificate> issue(const CertificateTemplate& what, const std::optional<Certificate>& issuer,
                          EVP_PKEY* issuer_key, const IssueOptions& options = {});

}  // namespace rakit::x509
