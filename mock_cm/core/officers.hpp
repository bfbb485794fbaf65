#pragma once

#include <span>

#include "common/x509/certificate.hpp"
#include "mock_cm/core/context.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// OfficerUse tells the TLS identity and the request's signature apart: two separate credentials.
enum class OfficerUse { connects, signs };

/// find_officer tells whose certificate this is, by the officer CA and the common name; null if nobody's.
const Officer* find_officer(const Context& context, const x509::Certificate& certificate);

/// judge_officer refuses with officer_unknown, officer_closed, officer_certificate_expired,
/// officer_certificate_revoked, officer_role_missing or officer_not_allowed_to_sign, in this order.
Result<const Officer*> judge_officer(const Context& context, StoreTransaction& store,
                                     const x509::Certificate& certificate, OfficerUse use,
                                     std::span<const Role> needed);

}  // namespace rakit::cm
