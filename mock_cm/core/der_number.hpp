#pragma once

#include <cstdint>
#include <optional>

#include "common/base/bytes.hpp"

namespace rakit::cm {

/// der_integer gives the contents of a DER INTEGER (X.690 section 8.3), two's complement, shortest.
inline Bytes der_integer(std::int64_t value) {
    Bytes octets;
    for (int shift = 56; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(value >> shift));
    const std::uint8_t filler = value < 0 ? 0xFF : 0x00;
    while (octets.size() > 1 && octets[0] == filler && (octets[1] & 0x80) == (filler & 0x80))
        octets.erase(octets.begin());
    return octets;
}

/// read_der_integer reads such contents; nothing if they are empty, longer than 8 octets or not the shortest.
inline std::optional<std::int64_t> read_der_integer(ByteView contents) {
    if (contents.empty() || contents.size() > 8) return std::nullopt;
    std::uint64_t value = (contents[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (const auto octet : contents) value = value << 8 | octet;
    const auto number = static_cast<std::int64_t>(value);
    if (!equal_bytes(der_integer(number), contents)) return std::nullopt;
    return number;
}

}  // namespace rakit::cm
