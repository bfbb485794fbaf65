#pragma once

#include "common/iso7816/apdu.hpp"

namespace rakit::reference {

/// command fills a CommandApdu of class 00.
iso7816::CommandApdu command(std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, Bytes data = {}, std::size_t ne = 0);

}  // namespace rakit::reference
