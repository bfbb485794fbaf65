#pragma once

#include <vector>

#include "common/x509/certificate.hpp"

namespace rakit::reference {

/// issuers_first walks from the leaf towards the root through what came along with a credential; strangers stay out.
std::vector<x509::Certificate> issuers_first(const x509::Certificate& leaf, std::vector<x509::Certificate> pool);

}  // namespace rakit::reference
