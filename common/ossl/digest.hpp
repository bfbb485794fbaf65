#pragma once

#include "common/base/bytes.hpp"

namespace rakit::ossl {

/// sha1 gives 20 octets; for key identifiers only (RFC 5280 section 4.2.1.2).
Bytes sha1(ByteView data);

/// sha256 gives 32 octets.
Bytes sha256(ByteView data);

}  // namespace rakit::ossl
