#pragma once

#include <optional>
#include <vector>

#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// kReasonHold is CRLReason certificateHold (RFC 5280 section 5.3.1): what is issued and not yet confirmed.
inline constexpr int kReasonHold = 6;

/// not_good tells what a CRL and an OCSP answer say against a certificate: its revocation, or a hold while its order
/// is not confirmed; nothing if it is good. Failure: io_failed.
Result<std::optional<Revocation>> not_good(StoreTransaction& store, ByteView issuer, const std::string& serial);

/// all_not_good lists the same for one CA, for its CRL.
Result<std::vector<Revocation>> all_not_good(StoreTransaction& store, const x509::Certificate& issuer);

}  // namespace rakit::cm
