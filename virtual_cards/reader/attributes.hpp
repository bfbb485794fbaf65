#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/bytes.hpp"
#include "virtual_cards/reader/fault.hpp"

namespace rakit::reader {

/// Facts are what attributes and properties tell of a reader.
struct Facts {
    std::string serial;
    std::string control;        ///< path of the control socket
    std::uint32_t channel = 0;  ///< PC/SC's 0xDDDDCCCC
    bool card = false;
    bool powered = false;
    Bytes atr;
    std::uint32_t protocol = 0;  ///< 1: T=0, 2: T=1, 0: none yet
    bool short_only = false;
    bool pin_pad = true;
};

/// kMaxApduData is how much data the link to the card carries in either direction of one command.
inline constexpr std::uint32_t kMaxApduData = 65526;
/// kControlPathTag is the vendor-defined attribute with the control socket's path, NUL-terminated.
inline constexpr std::uint32_t kControlPathTag = 0x00075243;
inline constexpr const char* kVendorName = "rakit";
inline constexpr const char* kReaderType = "rakit reader shim";

/// attribute gives an attribute's octets (pcsc-lite's reader.h, SCARD_ATTR_*; numbers of four octets, little-endian),
/// nothing where the reader doesn't know it or has no value for it.
std::optional<Bytes> attribute(const Faults& faults, const Facts& facts, std::uint32_t tag);

}  // namespace rakit::reader
