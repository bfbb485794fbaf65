#pragma once

#include <chrono>

#include "common/base/bytes.hpp"

namespace rakit::cards {

/// Answer is what a card does with one command.
struct Answer {
    Bytes bytes;                         ///< response APDU; two octets at least unless `drop` is set
    bool drop = false;                   ///< the link is gone instead (pulled card, power loss); `bytes` is not sent
    std::chrono::milliseconds delay{0};  ///< how long the card takes, by its latency profile; the caller waits or not
};

/// VirtualCard is a card as the contacts see it: power, reset, octets. One thread at a time.
/// handle() never fails: whatever arrives gets a status word, or the fault plan says that the link is gone.
class VirtualCard {
public:
    virtual ~VirtualCard() = default;
    /// atr is what the card answers to power-on or reset (ISO/IEC 7816-3).
    virtual Bytes atr() const = 0;
    /// power_on starts a session: RAM is fresh, nothing is verified, nothing selected.
    virtual void power_on() = 0;
    /// power_off ends it.
    virtual void power_off() = 0;
    /// remove says that the card has left the reader; its power was taken before.
    virtual void remove() {}
    /// reset is a warm reset.
    virtual void reset() = 0;
    /// handle takes one command APDU, of any octets whatever, and answers it.
    virtual Answer handle(ByteView command) = 0;
};

}  // namespace rakit::cards
