#pragma once

#include <chrono>
#include <map>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/secret.hpp"

namespace rakit::reference {

/// PinVault keeps what the officer typed for the round trip to the CM and no longer: each PIN has a deadline and the
/// serial number of the card that it was typed for. Freed memory is wiped by Pin.
class PinVault {
public:
    PinVault(const Clock& clock, std::chrono::seconds deadline) : x_clock(clock), x_deadline(deadline) {}

    void put(const std::string& prompt, const std::string& card_serial, Pin pin);
    /// find borrows the PIN of a prompt; null if there is none, or its deadline passed (it is wiped then).
    const Pin* find(const std::string& prompt);
    /// serial tells which card a held PIN is for.
    std::string serial(const std::string& prompt) const;
    void forget(const std::string& prompt) { x_held.erase(prompt); }
    void clear() { x_held.clear(); }

private:
    struct Held {
        Pin pin;
        std::string card_serial;
        std::chrono::milliseconds since;
    };
    const Clock& x_clock;
    std::chrono::seconds x_deadline;
    std::map<std::string, Held> x_held;
};

}  // namespace rakit::reference
