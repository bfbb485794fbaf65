#pragma once

#include "common/x509/name.hpp"
#include "mock_cm/core/config.hpp"

namespace rakit::cm {

/// may_use_issuer applies issuer constraints to a CA's subject: rules are OR-ed, the attributes of a rule AND-ed; `<>`
/// holds if no attribute of the type has the value. Letters compare without case (X.520 caseIgnoreMatch).
bool may_use_issuer(const std::vector<IssuerRule>& rules, const x509::DistinguishedName& issuer);

}  // namespace rakit::cm
