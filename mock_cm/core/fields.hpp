#pragma once

#include <string_view>

#include "mock_cm/core/order.hpp"

namespace rakit::cm {

/// email_of gives the e-mail address that the officer wants in the certificate; empty if none.
std::string email_of(const Order& order);

/// subject_alt_name gives the DER of a subjectAltName with one rfc822Name (RFC 5280 section 4.2.1.6).
Bytes subject_alt_name(std::string_view email);

}  // namespace rakit::cm
