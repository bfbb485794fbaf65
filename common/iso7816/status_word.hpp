#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rakit::iso7816 {

/// StatusWord is SW1-SW2 of a response (ISO/IEC 7816-4 section 5.6): a value with queries.
class StatusWord {
public:
    constexpr StatusWord() = default;
    constexpr explicit StatusWord(std::uint16_t value) : x_value(value) {}
    constexpr std::uint16_t value() const { return x_value; }
    constexpr std::uint8_t sw1() const { return static_cast<std::uint8_t>(x_value >> 8); }
    constexpr std::uint8_t sw2() const { return static_cast<std::uint8_t>(x_value); }
    constexpr bool ok() const { return x_value == 0x9000; }
    /// more is set for 61xx: GET RESPONSE fetches sw2 octets (0 = 256).
    constexpr bool more() const { return sw1() == 0x61; }
    /// wrong_le is set for 6Cxx: repeat with Le = sw2.
    constexpr bool wrong_le() const { return sw1() == 0x6C; }
    /// tries_left of 63Cx.
    constexpr std::optional<int> tries_left() const {
        return (x_value & 0xFFF0) == 0x63C0 ? std::optional<int>(x_value & 0x0F) : std::nullopt;
    }
    constexpr bool operator==(const StatusWord&) const = default;

private:
    std::uint16_t x_value = 0;
};

/// to_string gives four hexadecimal digits.
std::string to_string(StatusWord sw);

namespace sw {
inline constexpr StatusWord kOk{0x9000};
inline constexpr StatusWord kMemoryFailure{0x6581};
inline constexpr StatusWord kWrongLength{0x6700};
inline constexpr StatusWord kLogicalChannelNotSupported{0x6881};
inline constexpr StatusWord kLastCommandOfChainExpected{0x6883};
inline constexpr StatusWord kChainingNotSupported{0x6884};
inline constexpr StatusWord kIncompatibleFile{0x6981};
inline constexpr StatusWord kSecurityStatusNotSatisfied{0x6982};
inline constexpr StatusWord kAuthenticationBlocked{0x6983};
inline constexpr StatusWord kReferenceDataNotUsable{0x6984};
inline constexpr StatusWord kConditionsNotSatisfied{0x6985};
inline constexpr StatusWord kNoCurrentFile{0x6986};
inline constexpr StatusWord kIncorrectData{0x6A80};
inline constexpr StatusWord kFunctionNotSupported{0x6A81};
inline constexpr StatusWord kFileNotFound{0x6A82};
inline constexpr StatusWord kNotEnoughMemory{0x6A84};
inline constexpr StatusWord kIncorrectP1P2{0x6A86};
inline constexpr StatusWord kReferencedDataNotFound{0x6A88};
inline constexpr StatusWord kFileExists{0x6A89};
inline constexpr StatusWord kWrongP1P2{0x6B00};
inline constexpr StatusWord kInsNotSupported{0x6D00};
inline constexpr StatusWord kClaNotSupported{0x6E00};
inline constexpr StatusWord kNoPreciseDiagnosis{0x6F00};
}  // namespace sw

}  // namespace rakit::iso7816
