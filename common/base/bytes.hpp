#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rakit {

/// Bytes owns a sequence of octets.
using Bytes = std::vector<std::uint8_t>;

/// ByteView borrows octets; it lives no longer than what it points into.
using ByteView = std::span<const std::uint8_t>;

/// to_hex writes two upper-case hexadecimal digits for each octet.
std::string to_hex(ByteView bytes);

/// from_hex reads pairs of hexadecimal digits, either case; blanks between pairs are skipped.
/// Nothing is returned for an odd digit or any other character.
std::optional<Bytes> from_hex(std::string_view text);

/// to_base64 encodes by RFC 4648 section 4, with padding and without line breaks.
std::string to_base64(ByteView bytes);

/// from_base64 decodes RFC 4648 section 4; white space is skipped, anything else is refused.
std::optional<Bytes> from_base64(std::string_view text);

/// as_bytes borrows the octets of a string.
ByteView as_bytes(std::string_view text);

/// to_bytes copies the octets of a string.
Bytes to_bytes(std::string_view text);

/// as_text borrows octets as characters; nothing is checked or converted.
std::string_view as_text(ByteView bytes);

/// append puts `more` behind `bytes`.
void append(Bytes& bytes, ByteView more);

/// concat joins octet strings in order.
Bytes concat(std::initializer_list<ByteView> parts);

/// equal_bytes compares contents; it is not for secrets, see equal_secret.
bool equal_bytes(ByteView a, ByteView b);

}  // namespace rakit
