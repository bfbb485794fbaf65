#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/iso7816/status_word.hpp"

namespace rakit::iso7816 {

/// CommandApdu is a command by its fields (ISO/IEC 7816-4 section 5.1).
struct CommandApdu {
    std::uint8_t cla = 0;
    std::uint8_t ins = 0;
    std::uint8_t p1 = 0;
    std::uint8_t p2 = 0;
    Bytes data;             ///< up to 65,535 octets; empty = no Lc
    std::size_t ne = 0;     ///< expected response length, 0 = no Le, up to 65,536
    bool extended = false;  ///< as parsed; encode() also chooses extended when a short form can't carry data or ne

    bool operator==(const CommandApdu&) const = default;
};

/// ResponseApdu is a response by its fields.
struct ResponseApdu {
    Bytes data;
    StatusWord sw;

    bool operator==(const ResponseApdu&) const = default;
};

/// encode writes a command; short form wherever it fits and `extended` is not set.
Bytes encode(const CommandApdu& command);

/// parse_command reads cases 1 to 4, short and extended. Failure: io_failed with the offset in `where`.
Result<CommandApdu> parse_command(ByteView bytes);

/// encode writes data and SW.
Bytes encode(const ResponseApdu& response);

/// parse_response reads data and SW. Under two octets is card_removed: that is how pcscd shows a card that went away
/// in the middle of an APDU.
Result<ResponseApdu> parse_response(ByteView bytes);

/// header_line gives `00 A4 04 00 Lc=12 Le=256`: what a trace may show without data.
std::string header_line(const CommandApdu& command);

}  // namespace rakit::iso7816
