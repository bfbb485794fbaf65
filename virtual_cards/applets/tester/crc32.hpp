#pragma once

#include <cstdint>

#include "common/base/bytes.hpp"

namespace rakit::cards::tester {

/// crc32 is that of IEEE 802.3 (reflected polynomial EDB88320): of "123456789" it is CBF43926.
std::uint32_t crc32(ByteView data);

}  // namespace rakit::cards::tester
