#include "reference/session/pin_vault.hpp"

namespace rakit::reference {

void PinVault::put(const std::string& prompt, const std::string& card_serial, Pin pin) {
    x_held.insert_or_assign(prompt, Held{std::move(pin), card_serial, x_clock.elapsed()});
}

const Pin* PinVault::find(const std::string& prompt) {
    const auto held = x_held.find(prompt);
    if (held == x_held.end()) return nullptr;
    if (x_clock.elapsed() - held->second.since <= x_deadline) return &held->second.pin;
    x_held.erase(held);
    return nullptr;
}

std::string PinVault::serial(const std::string& prompt) const {
    const auto held = x_held.find(prompt);
    return held == x_held.end() ? std::string{} : held->second.card_serial;
}

}  // namespace rakit::reference
