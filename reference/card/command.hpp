#pragma once

#include "common/iso7816/apdu.hpp"

namespace rakit::reference {

/// command fills a CommandApdu of class 00.
iso7816::CommandApdu command(std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, Bytes data = {}, std::size_t ne = 0);

/// says_nothing_of_content tells whether a status word refuses a reading for the card's own state - memory that fails,
/// an error without a name, a selection that a reset took away - and not for what it holds (ISO 7816-4 section 5.6).
/// What is there is unknown then: to go on as if it weren't there replaces the wrong certificate.
bool says_nothing_of_content(iso7816::StatusWord status);

}  // namespace rakit::reference
