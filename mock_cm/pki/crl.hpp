#pragma once

#include <vector>

#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// kListValidity is how long a CRL, and an OCSP answer, may be kept by who asked.
inline constexpr std::chrono::hours kListValidity{1};

/// make_crl makes a CA's full CRL (RFC 5280 section 5): version 2 with authorityKeyIdentifier and a cRLNumber that
/// grows with the time and with the number of entries; each entry with its reason. DER. Failure: crypto_failed.
Result<Bytes> make_crl(const Authority& authority, const std::vector<Revocation>& entries, UtcTime now);

}  // namespace rakit::cm
