#pragma once

#include <cstddef>
#include <optional>

#include "common/iso7816/apdu.hpp"

namespace rakit::cards {

/// Disturbance is what a fault plan does to one command from inside the card.
struct Disturbance {
    std::optional<std::size_t> write_at_most;  ///< the power goes after so many octets of the command's write
    bool no_space = false;                     ///< whatever needs new memory answers 6A84
    bool memory_failure = false;               ///< whatever writes answers 6581 and writes nothing
};

/// Applet is the card's application behind the APDU plumbing: whole commands in, whole responses out.
class Applet {
public:
    virtual ~Applet() = default;
    /// reset forgets what lives in RAM: selection, verified PINs, security environment.
    virtual void reset() = 0;
    /// execute answers one command; response data may be longer than the command's Ne, the plumbing cuts it.
    virtual iso7816::ResponseApdu execute(const iso7816::CommandApdu& command, const Disturbance& disturbance) = 0;
    /// default_ne is how much a command without Le gets at once; the rest waits for GET RESPONSE.
    virtual std::size_t default_ne() const { return 0; }
};

}  // namespace rakit::cards
