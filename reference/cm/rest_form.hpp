#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/base/rng.hpp"
#include "common/net/http.hpp"
#include "reference/cm/order.hpp"

namespace rakit::reference {

/// post_form makes a POST with multipart/form-data (RFC 7578). The parts `pkcs10` and `signature` go as base64 with
/// their media types, others as text. The boundary is random.
net::HttpRequest post_form(const std::string& target, const std::vector<std::pair<std::string, Bytes>>& parts,
                           const char* accept, Rng& rng);

/// requested_extensions makes the DER Extension values that a PKCS#10 of the REST dialect asks for: key usage,
/// subjectAltName, qcStatements. Failure: field_invalid.
Result<Bytes> requested_extensions(const Order& order, const OrderLine& line);

}  // namespace rakit::reference
