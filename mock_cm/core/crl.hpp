#pragma once

#include <optional>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/x509/certificate.hpp"

namespace rakit::cm {

/// Crl is a certificate revocation list (RFC 5280 section 5) that the configuration brings; copies share it.
class Crl {
public:
    /// parse_pem reads one "X509 CRL" block. Failure: crypto_failed.
    static Result<Crl> parse_pem(std::string_view text);

    /// is_of tells whether this CA signed it.
    bool is_of(const x509::Certificate& issuer) const;
    /// revoked_at gives when a certificate of that CA was revoked; removeFromCRL is none. A list that should have been
    /// renewed still counts: what was revoked stays so.
    std::optional<UtcTime> revoked_at(const x509::Certificate& certificate) const;

private:
    Crl() = default;
    std::shared_ptr<X509_CRL> x_crl;
};

}  // namespace rakit::cm
