#pragma once

#include "common/base/bytes.hpp"

namespace rakit::certify {

/// verify_block is a PIN_VERIFY structure of PC/SC part 10, version 2.02.09, section 2.5.2: ASCII digits, four to
/// eight, padded with FF to eight octets, for `command` (header, Lc and eight octets FF).
Bytes verify_block(ByteView command, std::uint8_t seconds);

/// modify_block is a PIN_MODIFY structure (section 2.5.3): the old PIN in the first eight octets, the new one, asked
/// twice, in the next.
Bytes modify_block(ByteView command, std::uint8_t seconds);

}  // namespace rakit::certify
