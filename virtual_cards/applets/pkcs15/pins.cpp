// PINs: ISO/IEC 7816-4 section 7.5.6 (VERIFY), 7.5.7 (CHANGE), 7.5.10 (RESET RETRY COUNTER).
#include <algorithm>

#include "virtual_cards/applets/pkcs15/applet.hpp"

namespace rakit::cards::pkcs15 {
namespace {

namespace sw = iso7816::sw;
using iso7816::ResponseApdu;

constexpr std::uint8_t kMaxReference = 14;
constexpr std::size_t kMinDigits = 4;

/// acceptable tells whether a new PIN is four octets or more before the padding, and padding only behind.
bool acceptable(ByteView value) {
    const auto end = std::find(value.begin(), value.end(), 0xFF);
    return static_cast<std::size_t>(end - value.begin()) >= kMinDigits &&
           std::all_of(end, value.end(), [](auto octet) { return octet == 0xFF; });
}

bool known_reference(std::uint8_t p2) { return p2 >= 1 && p2 <= kMaxReference; }

}  // namespace

ResponseApdu Pkcs15Applet::verify(const Command& command) {
    if (command.p1 != 0) return {{}, sw::kIncorrectP1P2};
    if (!known_reference(command.p2)) return {{}, sw::kReferencedDataNotFound};
    if (command.data.empty()) return {{}, x_state.pins.query(command.p2)};
    if (command.data.size() != PinObject::kSize) return {{}, sw::kWrongLength};
    return {{}, x_state.pins.verify(command.p2, command.data)};
}

ResponseApdu Pkcs15Applet::change_reference_data(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0) return {{}, sw::kIncorrectP1P2};
    if (command.data.size() != 2 * PinObject::kSize) return {{}, sw::kWrongLength};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    const ByteView data = command.data;
    const auto wanted = data.subspan(PinObject::kSize);
    if (!acceptable(wanted)) return {{}, sw::kIncorrectData};
    return {{}, x_state.pins.change(command.p2, data.first(PinObject::kSize), wanted)};
}

ResponseApdu Pkcs15Applet::reset_retry_counter(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0) return {{}, sw::kIncorrectP1P2};
    if (command.data.size() != 2 * PinObject::kSize) return {{}, sw::kWrongLength};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    const ByteView data = command.data;
    const auto wanted = data.subspan(PinObject::kSize);
    if (!acceptable(wanted)) return {{}, sw::kIncorrectData};
    return {{}, x_state.pins.unblock(command.p2, data.first(PinObject::kSize), wanted)};
}

ResponseApdu Pkcs15Applet::deauthenticate(const Command& command) {
    if (command.p1 != 0) return {{}, sw::kIncorrectP1P2};
    if (!command.data.empty()) return {{}, sw::kWrongLength};
    if (command.p2 != 0 && x_state.pins.find(command.p2) == nullptr) return {{}, sw::kReferencedDataNotFound};
    x_state.pins.reset(command.p2);
    return {{}, sw::kOk};
}

// PUT DATA 01 <reference>: PIN, PUK, tries, PUK tries, flags. Once activated a new PIN needs the right to initialise
// the card (the MF's third nibble), and none is replaced: that would be a way around its PUK.
ResponseApdu Pkcs15Applet::create_pin(const Command& command, const Disturbance& disturbance) {
    constexpr std::size_t kWithoutFlags = 2 * PinObject::kSize + 2;
    const ByteView data = command.data;
    if (data.size() != kWithoutFlags && data.size() != kWithoutFlags + 1) return {{}, sw::kWrongLength};
    if (x_state.activated && x_state.pins.find(command.p2) != nullptr) return {{}, sw::kConditionsNotSatisfied};
    if (!allowed(x_state.files.at(FileSystem::kMf), Right::df_delete)) return {{}, sw::kSecurityStatusNotSatisfied};
    const auto value = data.first(PinObject::kSize), puk = data.subspan(PinObject::kSize, PinObject::kSize);
    const auto tries = data[kWithoutFlags - 2], puk_tries = data[kWithoutFlags - 1];
    const auto countable = [](std::uint8_t count) { return count >= 1 && count <= 15; };
    if (!acceptable(value) || !countable(tries) || !countable(puk_tries)) return {{}, sw::kIncorrectData};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    PinObject pin;
    pin.reference = command.p2;
    pin.value.assign(value.begin(), value.end());
    pin.puk.assign(puk.begin(), puk.end());
    pin.tries = pin.max_tries = tries;
    pin.puk_tries = pin.max_puk_tries = puk_tries;
    pin.flags = data.size() > kWithoutFlags ? data[kWithoutFlags] : std::uint8_t{0};
    x_state.pins.put(std::move(pin));
    changed(disturbance);
    return {{}, sw::kOk};
}

}  // namespace rakit::cards::pkcs15
