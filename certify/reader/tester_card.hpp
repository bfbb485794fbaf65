#pragma once

#include <optional>

#include "certify/reader/pcsc.hpp"

namespace rakit::certify {

/// Commands of the tester card (docs/formats/tester-card.md), as seen from the reader's side. Nothing here is shared
/// with the card's own code: a common mistake would hide.

/// select_own selects the application with all commands; select_handler that of HandlerTest.
bool select_own(Handle& handle);
bool select_handler(Handle& handle);

/// command builds one of class 80.
iso7816::CommandApdu command(std::uint8_t ins, std::uint16_t p1p2, Bytes data = {}, std::size_t ne = 0);

/// crc32 is that of IEEE 802.3.
std::uint32_t crc32(ByteView data);

/// counting is 00 01 02 … modulo 256.
Bytes counting(std::size_t size);

/// patterned is what echo 02 gives: each octet its place modulo 251.
Bytes patterned(std::size_t size);

/// big_endian writes a number in four octets; number_at reads one.
Bytes big_endian(std::uint32_t value);
std::uint32_t number_at(ByteView data, std::size_t offset);

/// Counters is what the card knows of its resets and commands.
struct Counters {
    std::uint32_t power_ons = 0, cold_resets = 0, warm_resets = 0, apdus = 0, session_apdus = 0, cause = 0;
};
std::optional<Counters> counters(Handle& handle);

/// stamp gives the card's next number, and `data` back; nothing if it didn't.
std::optional<std::uint32_t> stamp(Handle& handle, ByteView data = {});

/// Collected is an answer whose parts were fetched with GET RESPONSE where the card said 61xx.
struct Collected {
    Reply last;
    Bytes data;
    int steps = 0;  ///< GET RESPONSEs
};
Collected collect(Handle& handle, const iso7816::CommandApdu& command);

}  // namespace rakit::certify
