#pragma once

#include "common/base/bytes.hpp"

/// Numbers as cards and their protocols write them: the highest octet first.
namespace rakit {

/// append_u16 puts the low two octets of a number behind `to`.
inline void append_u16(Bytes& to, std::size_t value) {
    to.push_back(static_cast<std::uint8_t>(value >> 8));
    to.push_back(static_cast<std::uint8_t>(value));
}

/// append_u32 puts four octets behind `to`.
inline void append_u32(Bytes& to, std::uint32_t value) {
    append_u16(to, value >> 16);
    append_u16(to, value);
}

/// u16_at reads two octets, which must be there.
inline std::uint16_t u16_at(ByteView octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

/// number_in reads all of up to four octets.
inline std::uint32_t number_in(ByteView octets) {
    std::uint32_t value = 0;
    for (const auto octet : octets) value = value << 8 | octet;
    return value;
}

}  // namespace rakit
