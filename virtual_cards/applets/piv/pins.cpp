// VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER (SP 800-73-4 part 2 sections 3.2.1 to 3.2.3).
#include <algorithm>

#include "virtual_cards/applets/piv/applet.hpp"

namespace rakit::cards::piv {
namespace {

namespace sw = iso7816::sw;
constexpr std::size_t kSize = ReferenceData::kSize;

iso7816::StatusWord tries_left(std::uint8_t tries) {
    return iso7816::StatusWord(static_cast<std::uint16_t>(0x63C0 | std::min<unsigned>(tries, 15)));
}

// Six to eight digits, padded with FF (section 2.4.3); a PUK is any eight octets.
bool well_formed(std::uint8_t reference, ByteView value) {
    if (reference == kPuk) return true;
    constexpr std::ptrdiff_t kShortest = 6;
    const auto end = std::find_if(value.begin(), value.end(), [](auto octet) { return octet < '0' || octet > '9'; });
    return end - value.begin() >= kShortest && std::all_of(end, value.end(), [](auto octet) { return octet == 0xFF; });
}

}  // namespace

void PivApplet::set_verified(std::uint8_t reference, bool verified) {
    if (reference == kPin) x_verified = verified;
    if (reference == kGlobalPin) x_global_verified = verified;
    if (reference == kPin || reference == kGlobalPin) x_fresh = verified;
}

iso7816::StatusWord PivApplet::compare(std::uint8_t reference, ByteView value) {
    auto& own = x_state.pins.at(reference);
    if (own.tries == 0) {
        set_verified(reference, false);
        return sw::kAuthenticationBlocked;
    }
    --own.tries;
    if (!equal_secret(own.value, value)) {
        set_verified(reference, false);
        return tries_left(own.tries);
    }
    own.tries = own.max_tries;
    return sw::kOk;
}

iso7816::ResponseApdu PivApplet::verify(const Command& command) {
    if (command.p1 != 0x00 && command.p1 != 0xFF) return {{}, sw::kIncorrectP1P2};
    const auto own = x_state.pins.find(command.p2);
    if (own == x_state.pins.end() || command.p2 == kPuk) return {{}, sw::kReferencedDataNotFound};
    if (command.p1 == 0xFF) {
        if (!command.data.empty()) return {{}, sw::kIncorrectP1P2};
        set_verified(command.p2, false);
        return {{}, sw::kOk};
    }
    if (command.data.empty()) {
        if (command.p2 == kPin ? x_verified : x_global_verified) return {{}, sw::kOk};
        return {{}, own->second.tries == 0 ? sw::kAuthenticationBlocked : tries_left(own->second.tries)};
    }
    if (command.data.size() != kSize || !well_formed(command.p2, command.data)) return {{}, sw::kIncorrectData};
    const auto status = compare(command.p2, command.data);
    if (status.ok()) set_verified(command.p2, true);
    return {{}, status};
}

iso7816::ResponseApdu PivApplet::change_reference_data(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0x00) return {{}, sw::kIncorrectP1P2};
    if (x_state.pins.count(command.p2) == 0) return {{}, sw::kReferencedDataNotFound};
    if (command.data.size() != 2 * kSize) return {{}, sw::kIncorrectData};
    const auto old_value = ByteView(command.data).first(kSize), new_value = ByteView(command.data).subspan(kSize);
    if (!well_formed(command.p2, old_value) || !well_formed(command.p2, new_value)) return {{}, sw::kIncorrectData};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    const auto status = compare(command.p2, old_value);
    if (!status.ok()) return {{}, status};
    x_state.pins.at(command.p2).value.assign(new_value.begin(), new_value.end());
    set_verified(command.p2, true);
    return {{}, sw::kOk};
}

iso7816::ResponseApdu PivApplet::reset_retry_counter(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0x00) return {{}, sw::kIncorrectP1P2};
    if (command.p2 != kPin) return {{}, sw::kReferencedDataNotFound};
    if (command.data.size() != 2 * kSize) return {{}, sw::kIncorrectData};
    const auto puk = ByteView(command.data).first(kSize), new_value = ByteView(command.data).subspan(kSize);
    if (!well_formed(kPin, new_value)) return {{}, sw::kIncorrectData};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    const auto status = compare(kPuk, puk);
    if (!status.ok()) return {{}, status};
    auto& pin = x_state.pins.at(kPin);
    pin.value.assign(new_value.begin(), new_value.end());
    pin.tries = pin.max_tries;
    return {{}, sw::kOk};
}

}  // namespace rakit::cards::piv
