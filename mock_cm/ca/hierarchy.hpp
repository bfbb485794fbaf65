#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/rng.hpp"
#include "common/ossl/keys.hpp"
#include "common/x509/builder.hpp"

namespace rakit::cm {

/// Authority is one CA: certificate and key.
struct Authority {
    x509::Certificate certificate;
    ossl::PKey key;
};

/// Hierarchy is the CM's CAs: "root", "end-user-ca", "tc-issuer", "officer-ca", and the end entities "response" (signs
/// PKIResponse, EKU cmcCA) and "tls" (the server); and two that only Deviations issue with: "untrusted-ca", self-signed
/// under the end-user CA's name, and "expired-ca". All keys come from one seed, with long validity, so that built-in
/// cards and a default host trust each other: for tests only, and whoever serves with it says so.
/// root, end-user-ca, officer-ca, response, tls: P-256. tc-issuer: RSA-2048. Certificates are the same octets each
/// time.
class Hierarchy {
public:
    /// from_seed makes the hierarchy; the default host and the built-in images use kDefaultSeed.
    static Result<Hierarchy> from_seed(std::uint64_t seed);
    static constexpr std::uint64_t kDefaultSeed = 20240101;

    /// authority finds one by name; aborts on a name that isn't in the list above.
    const Authority& authority(const std::string& name) const;
    /// issue signs with the named authority.
    Result<x509::Certificate> issue(const std::string& authority, const x509::CertificateTemplate& what,
                                    const x509::IssueOptions& options = {}) const;

private:
    std::map<std::string, Authority> x_authorities;
};

/// OfficerToken is an officer's software token.
struct OfficerToken {
    x509::Certificate certificate;
    Bytes pkcs12;
};

/// officer_token makes one: key from `rng`, certificate by the officer CA (EKU cmcRA and clientAuth), PKCS#12 under
/// `password`.
Result<OfficerToken> officer_token(const Hierarchy& hierarchy, const std::string& common_name,
                                   std::string_view password, UtcTime not_before, UtcTime not_after, Rng& rng);

/// read_officer_token gives the certificate of what officer_token made. Failure: crypto_failed, also of another
/// password.
Result<x509::Certificate> read_officer_token(ByteView pkcs12, std::string_view password);

/// kCaNames are the authorities that are CAs, the root first.
inline constexpr std::array kCaNames{"root", "end-user-ca", "tc-issuer", "officer-ca"};

/// ca_certificates gives their certificates, in that order.
std::vector<x509::Certificate> ca_certificates(const Hierarchy& hierarchy);

/// ca_bundle_pem writes them: what a client trusts, and what `openssl verify -CAfile` needs to build a chain.
std::string ca_bundle_pem(const Hierarchy& hierarchy);

}  // namespace rakit::cm
