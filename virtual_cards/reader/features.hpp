#pragma once

#include <cstdint>

#include "common/base/bytes.hpp"
#include "virtual_cards/reader/attributes.hpp"

namespace rakit::reader {

/// Control codes (PC/SC Part 10 section 2.2; the reader chooses those of its features).
inline constexpr std::uint32_t kGetFeatureRequest = 0x42000000 + 3400;
inline constexpr std::uint32_t kVerifyPinDirect = 0x42330006;
inline constexpr std::uint32_t kModifyPinDirect = 0x42330007;
inline constexpr std::uint32_t kGetTlvProperties = 0x42330012;
/// The pad's limits; a request may narrow them.
inline constexpr std::uint8_t kMinPinSize = 4;
inline constexpr std::uint8_t kMaxPinSize = 16;

/// little_endian writes a number in so many octets.
Bytes little_endian(std::uint32_t value, std::size_t octets);

/// feature_list answers GET_FEATURE_REQUEST: tag, length 4, control code big-endian.
Bytes feature_list(const Faults& faults, const Facts& facts);

/// tlv_properties answers GET_TLV_PROPERTIES: tag, length, value little-endian (section 2.6.14).
Bytes tlv_properties(const Faults& faults, const Facts& facts);

}  // namespace rakit::reader
