#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/ossl/handles.hpp"
#include "common/ossl/keys.hpp"
#include "common/x509/name.hpp"

namespace rakit::x509 {

/// Certificate is a parsed X.509 certificate (RFC 5280); copies share the parsed form and keep the octets as received.
class Certificate {
public:
    /// parse reads exactly one DER certificate. Failure: crypto_failed.
    static Result<Certificate> parse(ByteView der);
    /// share takes one that OpenSSL has parsed already, without decoding its key once more. Failure: crypto_failed.
    static Result<Certificate> share(X509* parsed);

    const Bytes& der() const { return x_der; }
    X509* handle() const { return x_handle.get(); }

    const DistinguishedName& subject() const { return x_subject; }
    const DistinguishedName& issuer() const { return x_issuer; }
    Bytes subject_der() const;
    Bytes issuer_der() const;
    /// serial_hex is the serial number in upper-case hex, without sign octet.
    std::string serial_hex() const;
    /// serial_der is the serial number as a whole DER INTEGER.
    Bytes serial_der() const;
    UtcTime not_before() const;
    UtcTime not_after() const;
    /// spki is the SubjectPublicKeyInfo, DER, as it stands in the certificate.
    Bytes spki() const;
    Result<ossl::PKey> public_key() const;
    /// policies lists the certificatePolicies as dotted OIDs.
    std::vector<std::string> policies() const;
    /// email_addresses lists the rfc822Names of the subjectAltName.
    std::vector<std::string> email_addresses() const;
    /// extended_key_usages lists the EKUs as dotted OIDs.
    std::vector<std::string> extended_key_usages() const;
    /// key_usage gives OpenSSL's KU_ bits; nothing if the extension is absent.
    std::optional<unsigned> key_usage() const;
    bool is_ca() const;
    bool self_issued() const { return x_subject == x_issuer; }
    /// sha256 is the digest of the whole certificate.
    Bytes sha256() const;
    /// signed_by checks the signature alone, with the issuer's key.
    bool signed_by(const Certificate& issuer) const;

    bool operator==(const Certificate& other) const { return x_der == other.x_der; }

private:
    Certificate() = default;
    static Result<Certificate> take(std::shared_ptr<X509> handle, Bytes der);
    Bytes x_der;
    std::shared_ptr<X509> x_handle;
    DistinguishedName x_subject;
    DistinguishedName x_issuer;
};

/// chains tells whether the certificate chains to one of the anchors (RFC 5280 section 6), at this time;
/// without a time, validity periods are not looked at. Revocation is not looked at.
bool chains(const Certificate& leaf, const std::vector<Certificate>& intermediates,
            const std::vector<Certificate>& anchors, std::optional<UtcTime> at);

/// to_pem writes the usual armour.
std::string to_pem(const Certificate& certificate);

/// parse_pem reads all CERTIFICATE blocks of a text; none is a failure.
Result<std::vector<Certificate>> parse_pem(std::string_view text);

/// to_utc converts an ASN.1 time; the epoch if it can't be read.
UtcTime to_utc(const ASN1_TIME* time);

}  // namespace rakit::x509
