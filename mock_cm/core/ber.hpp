#pragma once

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::cm {

/// definite_lengths rewrites one BER value (X.690 section 8.1): indefinite and overlong lengths become the shortest
/// definite ones, constructed OCTET STRINGs primitive. What is DER stays as it is, octet for octet. Failure:
/// request_malformed, also for nesting deeper than 64.
Result<Bytes> definite_lengths(ByteView ber);

}  // namespace rakit::cm
