#include "virtual_cards/reader/attributes.hpp"

#include "virtual_cards/reader/features.hpp"

namespace rakit::reader {
namespace {

// pcsc-lite's reader.h
constexpr std::uint32_t kVendorNameTag = 0x00010100;
constexpr std::uint32_t kTypeTag = 0x00010101;
constexpr std::uint32_t kVersionTag = 0x00010102;
constexpr std::uint32_t kSerialTag = 0x00010103;
constexpr std::uint32_t kChannelTag = 0x00020110;
constexpr std::uint32_t kProtocolTag = 0x00080201;
constexpr std::uint32_t kPresenceTag = 0x00090300;
constexpr std::uint32_t kInterfaceTag = 0x00090301;
constexpr std::uint32_t kAtrTag = 0x00090303;
constexpr std::uint32_t kMaxInputTag = 0x0007A007;

constexpr std::uint32_t kVersion = 0x01000000;
constexpr std::uint32_t kHeaderAndLe = 10;  // what an extended command has besides its data
constexpr std::uint32_t kMaxShortCommand = 261;
constexpr std::uint8_t kPresentAndConnected = 2;  // PC/SC Part 3: 1 would be present, its contacts not made

Bytes text(std::string_view value) {
    auto octets = to_bytes(value);
    octets.push_back(0);
    return octets;
}

std::optional<Bytes> right_attribute(const Facts& facts, std::uint32_t tag) {
    switch (tag) {
        case kVendorNameTag: return text(kVendorName);
        case kTypeTag: return text(kReaderType);
        case kVersionTag: return little_endian(kVersion, 4);
        case kSerialTag: return text(facts.serial);
        case kChannelTag: return little_endian(facts.channel, 4);
        case kMaxInputTag: return little_endian(facts.short_only ? kMaxShortCommand : kMaxApduData + kHeaderAndLe, 4);
        case kPresenceTag: return Bytes{facts.card ? kPresentAndConnected : std::uint8_t{0}};
        case kInterfaceTag: return Bytes{static_cast<std::uint8_t>(facts.powered ? 1 : 0)};
        case kControlPathTag: return text(facts.control);
        case kProtocolTag:
            if (facts.protocol == 0) return std::nullopt;
            return little_endian(facts.protocol, 4);
        case kAtrTag:
            if (facts.atr.empty()) return std::nullopt;
            return facts.atr;
        default: return std::nullopt;
    }
}

}  // namespace

std::optional<Bytes> attribute(const Faults& faults, const Facts& facts, std::uint32_t tag) {
    if (faults.has(Fault::control_needs_card) && !facts.card) return std::nullopt;
    auto value = right_attribute(facts, tag);
    if (!value && faults.has(Fault::attribute_unknown_taken)) return Bytes(4, 0);
    if (!value) return std::nullopt;
    if (tag == kAtrTag && faults.has(Fault::attribute_atr_stale)) value->back() ^= 0x55;
    if (faults.has(Fault::attribute_too_long)) value->push_back(0);
    return value;
}

}  // namespace rakit::reader
