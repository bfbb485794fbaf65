#pragma once

#include <chrono>
#include <string>

#include "certify/reader/pcsc.hpp"

namespace rakit::certify {

/// Presence is a reader's state as GetStatusChange says it.
struct Presence {
    LONG status = SCARD_F_UNKNOWN_ERROR;
    DWORD event = 0;
    Bytes atr;
    std::uint32_t events() const { return static_cast<std::uint32_t>(event >> 16 & 0xFFFF); }
    bool is(DWORD flag) const { return (event & flag) != 0; }
};

/// presence asks at once.
Presence presence(Context& context, const std::string& reader);
/// await waits until the state has `flag`.
Presence await(Context& context, const std::string& reader, DWORD flag, std::chrono::milliseconds bound);

}  // namespace rakit::certify
