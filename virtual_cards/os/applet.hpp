#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "common/iso7816/apdu.hpp"
#include "virtual_cards/os/latency.hpp"

namespace rakit::cards {

/// Disturbance is what a fault plan does to one command from inside the card.
struct Disturbance {
    std::optional<std::size_t> write_at_most;  ///< the power goes after so many octets of the command's write
    bool no_space = false;                     ///< whatever needs new memory answers 6A84
    bool memory_failure = false;               ///< whatever writes answers 6581 and writes nothing
    bool wrong_signature = false;              ///< the last bit of a signature is flipped
    bool counter_stuck = false;                ///< the change counter doesn't count
    bool other_serial = false;                 ///< the serial number's last octet is another one
};

/// Effort is what a command takes besides its octets.
struct Effort {
    std::chrono::milliseconds wait{0};      ///< whatever the card's latency profile says
    std::optional<KeyOperation> operation;  ///< for the latency profile
};

/// Applet is the card's application behind the APDU plumbing: whole commands in, whole responses out.
class Applet {
public:
    virtual ~Applet() = default;
    /// reset forgets what lives in RAM: selection, verified PINs, security environment. It is a warm reset, and what
    /// power_on() and power_off() do unless a card can tell them apart.
    virtual void reset() = 0;
    virtual void power_on() { reset(); }
    virtual void power_off() { reset(); }
    /// remove says that the card has left the reader; its power was taken before.
    virtual void remove() {}
    /// arrived says that an APDU came, before anything is looked at: one command may come in several.
    virtual void arrived() {}
    /// execute answers one command; response data may be longer than the command's Ne, the plumbing cuts it.
    virtual iso7816::ResponseApdu execute(const iso7816::CommandApdu& command, const Disturbance& disturbance) = 0;
    /// default_ne is how much a command without Le gets at once; the rest waits for GET RESPONSE.
    virtual std::size_t default_ne() const { return 0; }
    /// take_effort gives what the commands since the last call took.
    Effort take_effort() { return std::exchange(x_effort, {}); }

protected:
    void waited(std::chrono::milliseconds time) { x_effort.wait += time; }
    void worked(KeyOperation operation) { x_effort.operation = operation; }

private:
    Effort x_effort;
};

}  // namespace rakit::cards
