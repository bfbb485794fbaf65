#include "virtual_cards/reader/features.hpp"

#include "common/base/big_endian.hpp"

namespace rakit::reader {
namespace {

// PC/SC Part 10: features and properties
constexpr std::uint8_t kFeatureVerify = 0x06;
constexpr std::uint8_t kFeatureModify = 0x07;
constexpr std::uint8_t kFeatureProperties = 0x12;
constexpr std::uint8_t kLcdLayout = 1, kValidation = 2, kTimeOut2 = 3, kLcdCharacters = 4, kLcdLines = 5, kMinPin = 6,
                       kMaxPin = 7, kFirmware = 8, kPpduSupport = 9, kMaxApdu = 10, kVendor = 11, kProduct = 12;
constexpr std::uint16_t kDisplay = 0x0210;  // two lines of 16
constexpr std::uint8_t kByKeySizeOrTime = 0x07;
constexpr std::uint16_t kVendorId = 0x5241;
constexpr std::uint16_t kProductId = 0x0001;

void add(Bytes& list, std::uint8_t tag, const Bytes& value) {
    list.push_back(tag);
    list.push_back(static_cast<std::uint8_t>(value.size()));
    append(list, value);
}

Bytes code(std::uint32_t value, bool garbled) {
    Bytes octets;
    append_u16(octets, value >> 16);
    append_u16(octets, value & 0xFFFF);
    if (garbled) octets.pop_back();
    return octets;
}

}  // namespace

Bytes little_endian(std::uint32_t value, std::size_t octets) {
    Bytes out;
    for (std::size_t i = 0; i < octets; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return out;
}

Bytes feature_list(const Faults& faults, const Facts& facts) {
    const bool garbled = faults.has(Fault::feature_list_garbled);
    Bytes list;
    if (facts.pin_pad) {
        add(list, kFeatureVerify, code(kVerifyPinDirect, garbled));
        add(list, kFeatureModify, code(kModifyPinDirect, garbled));
    }
    add(list, kFeatureProperties, code(kGetTlvProperties, garbled));
    return list;
}

Bytes tlv_properties(const Faults& faults, const Facts& facts) {
    const bool short_only = facts.short_only != faults.has(Fault::properties_lie);
    Bytes list;
    add(list, kLcdLayout, little_endian(facts.pin_pad ? kDisplay : 0, 2));
    add(list, kValidation, {kByKeySizeOrTime});
    add(list, kTimeOut2, {1});
    add(list, kLcdCharacters, little_endian(kDisplay & 0xFF, 2));
    add(list, kLcdLines, little_endian(kDisplay >> 8, 2));
    add(list, kMinPin, {kMinPinSize});
    add(list, kMaxPin, {kMaxPinSize});
    add(list, kFirmware, to_bytes(kReaderType));
    add(list, kPpduSupport, {0});
    add(list, kMaxApdu, little_endian(short_only ? 0 : kMaxApduData, 4));
    add(list, kVendor, little_endian(kVendorId, 2));
    add(list, kProduct, little_endian(kProductId, 2));
    return list;
}

}  // namespace rakit::reader
