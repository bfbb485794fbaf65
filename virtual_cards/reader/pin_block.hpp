#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/bytes.hpp"

namespace rakit::reader {

/// PinFormat says how digits become octets of a command (PC/SC Part 10 section 2.5, bmFormatString, bmPINBlockString,
/// bmPINLengthFormat). Positions count bits from the first octet behind Lc.
struct PinFormat {
    enum class Code { binary, bcd, ascii };
    Code code = Code::ascii;
    bool right = false;           ///< justified to the block's end
    std::size_t position = 0;     ///< bits
    std::size_t block = 0;        ///< octets; 0: as long as the PIN
    std::size_t length_bits = 0;  ///< size of the PIN's length in the command; 0: it isn't there
    std::size_t length_position = 0;
};

/// PinRequest is a PIN_VERIFY_STRUCTURE or PIN_MODIFY_STRUCTURE, taken apart.
struct PinRequest {
    bool modify = false;
    unsigned first_seconds = 0;  ///< 0: the pad's own
    unsigned next_seconds = 0;
    PinFormat format;
    std::size_t min_digits = 0;
    std::size_t max_digits = 0;
    bool ends_at_max = false;  ///< an entry of the greatest length needs no enter key
    bool asks_old = true;
    bool asks_twice = false;
    std::size_t old_offset = 0;  ///< octets, on top of the format's position
    std::size_t new_offset = 0;
    Bytes command;
};

/// parse_verify reads a PIN_VERIFY_STRUCTURE; nothing if it can't be one.
std::optional<PinRequest> parse_verify(ByteView structure);
/// parse_modify reads a PIN_MODIFY_STRUCTURE; nothing if it can't be one.
std::optional<PinRequest> parse_modify(ByteView structure);

/// put_pin writes digits into a command at `offset` octets beyond the format's position; Lc follows a block that is as
/// long as the PIN. False if they don't fit.
bool put_pin(Bytes& command, const PinFormat& format, std::size_t offset, const std::string& digits);

}  // namespace rakit::reader
