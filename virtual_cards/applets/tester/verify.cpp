// VERIFY and RESET RETRY COUNTER (ISO/IEC 7816-4 sections 7.5.6, 7.5.10) in the forms that PIN pads make.
#include <algorithm>

#include "virtual_cards/applets/tester/applet.hpp"

namespace rakit::cards::tester {
namespace {

namespace sw = iso7816::sw;
using iso7816::ResponseApdu;

constexpr std::uint8_t kPin = 1;
/// P2 names the form: ASCII digits; BCD; an ISO 9564-1 format 2 block.
constexpr std::uint8_t kAscii = 0x01, kBcd = 0x02, kFormat2 = 0x03;
constexpr std::size_t kBlock = 8;

/// Digits are a PIN as the card compares it: ASCII, FF up to eight octets.
std::optional<SecretBytes> padded(SecretBytes digits) {
    const bool all = std::all_of(digits.begin(), digits.end(), [](auto c) { return c >= '0' && c <= '9'; });
    if (!all || digits.empty() || digits.size() > PinObject::kSize) return std::nullopt;
    digits.resize(PinObject::kSize, 0xFF);
    return digits;
}

/// from_nibbles takes `count` digits, or those before the first F.
std::optional<SecretBytes> from_nibbles(ByteView octets, std::size_t count) {
    SecretBytes digits;
    for (std::size_t i = 0; i < 2 * octets.size() && digits.size() < count; ++i) {
        const auto nibble = i % 2 == 0 ? octets[i / 2] >> 4 : octets[i / 2] & 0x0F;
        if (nibble == 0x0F) break;
        digits.push_back(static_cast<std::uint8_t>('0' + nibble));
    }
    return padded(std::move(digits));
}

std::optional<SecretBytes> pin_of(std::uint8_t form, ByteView data) {
    if (form == kBcd) return from_nibbles(data, 2 * data.size());
    if (form == kFormat2) {
        const bool block = data.size() == kBlock && data[0] >> 4 == 2;
        return block ? from_nibbles(data.subspan(1), data[0] & 0x0F) : std::nullopt;
    }
    // Padding behind is 00 or FF, or there is none.
    SecretBytes digits(data.begin(), data.end());
    while (!digits.empty() && (digits.back() == 0x00 || digits.back() == 0xFF)) digits.pop_back();
    return padded(std::move(digits));
}

bool known(std::uint8_t form) { return form == kAscii || form == kBcd || form == kFormat2; }

}  // namespace

ResponseApdu TesterApplet::verify(const Command& command) {
    if (command.p1 != 0) return {{}, sw::kIncorrectP1P2};
    if (!known(command.p2)) return {{}, sw::kReferencedDataNotFound};
    if (command.data.empty()) return {{}, x_state.pins.query(kPin)};
    if (command.data.size() > 2 * kBlock) return {{}, sw::kWrongLength};
    const auto pin = pin_of(command.p2, command.data);
    if (!pin) return {{}, sw::kIncorrectData};
    return {{}, x_state.pins.verify(kPin, *pin)};
}

// The PUK as eight octets; the PIN stays what it was.
ResponseApdu TesterApplet::reset_retry_counter(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0x01) return {{}, sw::kIncorrectP1P2};
    if (!known(command.p2)) return {{}, sw::kReferencedDataNotFound};
    if (command.data.size() != PinObject::kSize) return {{}, sw::kWrongLength};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    const auto* pin = x_state.pins.find(kPin);
    if (pin == nullptr) return {{}, sw::kReferencedDataNotFound};
    const SecretBytes value = pin->value;
    return {{}, x_state.pins.unblock(kPin, command.data, value)};
}

}  // namespace rakit::cards::tester
