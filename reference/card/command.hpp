#pragma once

#include "common/base/result.hpp"
#include "common/iso7816/apdu.hpp"

namespace rakit::reference {

/// command fills a CommandApdu of class 00.
iso7816::CommandApdu command(std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, Bytes data = {}, std::size_t ne = 0);

/// refused makes the failure for the status word of a command that reads or writes what a card holds (ISO 7816-4
/// section 5.6); `missing` is what the card family wants first where it answers 6982. Failures: pin_blocked, card_full;
/// of a reading card_content_invalid, or io_failed where the card can't say what is there; card_write_failed.
Unexpected refused(std::uint8_t ins, iso7816::StatusWord status, const std::string& what, const char* missing);

}  // namespace rakit::reference
