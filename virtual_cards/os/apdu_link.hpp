#pragma once

#include "virtual_cards/os/applet.hpp"

namespace rakit::cards {

/// ApduLink carries octets to an applet and back (ISO/IEC 7816-4 section 5): cases 1 to 4 short and extended, command
/// chaining (CLA bit 5), response chaining by 61xx and GET RESPONSE. Its answers are two octets at least.
class ApduLink {
public:
    explicit ApduLink(Applet& applet) : x_applet(&applet) {}

    /// reset forgets half a chain and an unfetched response.
    void reset();
    /// handle answers one command APDU, whatever its octets.
    Bytes handle(ByteView command, const Disturbance& disturbance);

    /// kMaxChain bounds what a chain may bring together.
    static constexpr std::size_t kMaxChain = 65535;

private:
    Bytes collect(iso7816::CommandApdu&& command, const Disturbance& disturbance);
    Bytes deliver(const iso7816::ResponseApdu& response, const iso7816::CommandApdu& command);
    Bytes deliver(ByteView data, std::size_t ne, iso7816::StatusWord status);
    Bytes get_response(const iso7816::CommandApdu& command);

    Applet* x_applet;
    iso7816::CommandApdu x_chain;  ///< what has come of a chain, while x_chaining
    bool x_chaining = false;
    Bytes x_rest;  ///< response data that GET RESPONSE fetches
    iso7816::StatusWord x_rest_status;
    std::uint8_t x_rest_class = 0;  ///< CLA of the command whose response waits
};

}  // namespace rakit::cards
