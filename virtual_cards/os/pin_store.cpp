#include "virtual_cards/os/pin_store.hpp"

#include <algorithm>

namespace rakit::cards {
namespace {

namespace sw = iso7816::sw;

constexpr std::uint16_t bit(std::uint8_t reference) { return static_cast<std::uint16_t>(1U << (reference & 0x0F)); }
std::uint16_t without(std::uint16_t set, std::uint8_t reference) {
    return static_cast<std::uint16_t>(set & ~bit(reference));
}
std::uint16_t with(std::uint16_t set, std::uint8_t reference) {
    return static_cast<std::uint16_t>(set | bit(reference));
}
iso7816::StatusWord left(std::uint8_t tries) { return iso7816::StatusWord(static_cast<std::uint16_t>(0x63C0 | tries)); }

// The counter goes down before the comparison, as on a card: power lost in between costs a try, never gives one.
iso7816::StatusWord compare(ByteView expected, ByteView given, std::uint8_t& tries, std::uint8_t max_tries) {
    if (tries == 0) return sw::kAuthenticationBlocked;
    --tries;
    if (!equal_secret(expected, given)) return left(tries);
    tries = max_tries;
    return sw::kOk;
}

}  // namespace

PinObject* PinStore::mutable_find(std::uint8_t reference) {
    const auto found =
        std::find_if(x_pins.begin(), x_pins.end(), [&](const auto& pin) { return pin.reference == reference; });
    return found == x_pins.end() ? nullptr : &*found;
}

const PinObject* PinStore::find(std::uint8_t reference) const {
    return const_cast<PinStore*>(this)->mutable_find(reference);
}

void PinStore::put(PinObject pin) {
    x_verified = without(x_verified, pin.reference);
    x_fresh = without(x_fresh, pin.reference);
    if (auto* old = mutable_find(pin.reference))
        *old = std::move(pin);
    else
        x_pins.push_back(std::move(pin));
}

void PinStore::clear() {
    x_pins.clear();
    reset();
}

void PinStore::reset(std::uint8_t reference) {
    x_verified = reference == 0 ? std::uint16_t{0} : without(x_verified, reference);
    x_fresh = reference == 0 ? std::uint16_t{0} : without(x_fresh, reference);
}

iso7816::StatusWord PinStore::query(std::uint8_t reference) const {
    const auto* pin = find(reference);
    if (pin == nullptr) return sw::kReferencedDataNotFound;
    if (pin->tries == 0) return sw::kAuthenticationBlocked;
    return allows(reference) ? sw::kOk : left(pin->tries);
}

iso7816::StatusWord PinStore::verify(std::uint8_t reference, ByteView value) {
    auto* pin = mutable_find(reference);
    if (pin == nullptr) return sw::kReferencedDataNotFound;
    const auto status = compare(pin->value, value, pin->tries, pin->max_tries);
    x_verified = status.ok() ? with(x_verified, reference) : without(x_verified, reference);
    x_fresh = status.ok() ? with(x_fresh, reference) : without(x_fresh, reference);
    return status;
}

iso7816::StatusWord PinStore::change(std::uint8_t reference, ByteView old_value, ByteView new_value) {
    const auto status = verify(reference, old_value);
    if (status.ok()) mutable_find(reference)->value.assign(new_value.begin(), new_value.end());
    return status;
}

iso7816::StatusWord PinStore::unblock(std::uint8_t reference, ByteView puk, ByteView new_value) {
    auto* pin = mutable_find(reference);
    if (pin == nullptr) return sw::kReferencedDataNotFound;
    const auto status = compare(pin->puk, puk, pin->puk_tries, pin->max_puk_tries);
    if (!status.ok()) return status;
    pin->value.assign(new_value.begin(), new_value.end());
    pin->tries = pin->max_tries;
    reset(reference);
    return status;
}

bool PinStore::allows(std::uint8_t nibble) const {
    if (nibble == 0) return true;
    return nibble < 15 && (x_verified >> nibble & 1U) != 0;
}

void PinStore::use_up(std::uint8_t reference) { x_fresh = without(x_fresh, reference); }

}  // namespace rakit::cards
