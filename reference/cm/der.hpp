#pragma once

#include <cstdint>

#include "common/base/bytes.hpp"

/// What every structure that the RA writes or reads is made of (ITU-T X.690).
namespace rakit::reference::der {

inline constexpr std::uint32_t kBoolean = 0x01;
inline constexpr std::uint32_t kInteger = 0x02;
inline constexpr std::uint32_t kBitString = 0x03;
inline constexpr std::uint32_t kOctetString = 0x04;
inline constexpr std::uint32_t kOid = 0x06;
inline constexpr std::uint32_t kEnumerated = 0x0A;
inline constexpr std::uint32_t kUtf8String = 0x0C;
inline constexpr std::uint32_t kPrintableString = 0x13;
inline constexpr std::uint32_t kIa5String = 0x16;
inline constexpr std::uint32_t kGeneralizedTime = 0x18;
inline constexpr std::uint32_t kSequence = 0x30;
inline constexpr std::uint32_t kSet = 0x31;

/// context gives the tag of a primitive [number] below 31, constructed that of a constructed one.
constexpr std::uint32_t context(std::uint32_t number) { return 0x80U | number; }
constexpr std::uint32_t constructed(std::uint32_t number) { return 0xA0U | number; }

/// encode_integer gives an INTEGER.
Bytes encode_integer(std::int64_t value);
/// encode_magnitude gives a positive INTEGER from a big-endian magnitude of any length.
Bytes encode_magnitude(ByteView magnitude);

}  // namespace rakit::reference::der
