#pragma once

#include <cstdint>
#include <optional>

#include "common/base/bytes.hpp"

namespace rakit::cards {

/// kMaxVpcdPayload is what the length prefix can say.
inline constexpr std::size_t kMaxVpcdPayload = 65535;

/// VpcdMessage is what vpcd asks the card for.
enum class VpcdMessage { power_off, power_on, reset, get_atr, command };

/// classify tells what a payload is: one octet 00, 01, 02 or 04 is a control, all else a command APDU.
VpcdMessage classify(ByteView payload);

/// frame puts the length, 16 bits big-endian, before a payload of at most kMaxVpcdPayload octets (longer aborts),
/// so that one send carries both.
Bytes frame(ByteView payload);

/// VpcdStream cuts a stream into payloads: messages coalesce and split as TCP likes.
class VpcdStream {
public:
    /// feed takes what has arrived.
    void feed(ByteView octets);
    /// next gives the next whole payload, if it is there.
    std::optional<Bytes> next();

private:
    Bytes x_pending;
    std::size_t x_taken = 0;  ///< octets of x_pending that next() has given out
};

}  // namespace rakit::cards
