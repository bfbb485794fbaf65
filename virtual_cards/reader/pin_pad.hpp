#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "virtual_cards/reader/fault.hpp"
#include "virtual_cards/reader/pin_block.hpp"

namespace rakit::reader {

/// Keys is where a person's keys come from.
class Keys {
public:
    virtual ~Keys() = default;
    /// next waits for a key - a digit, `E` enter, `C` cancel, `<` clear -; nothing when none has come in time.
    virtual std::optional<char> next(std::chrono::milliseconds bound) = 0;
    /// show tells what the display says.
    virtual void show(const std::string& message) = 0;
    /// done ends the operation: keys typed for it and not taken are lost.
    virtual void done() = 0;
};

/// kPinTimedOut and the others are the status words of the pad itself (PC/SC Part 10 section 2.5.2).
inline constexpr std::uint16_t kPinTimedOut = 0x6400;
inline constexpr std::uint16_t kPinCancelled = 0x6401;
inline constexpr std::uint16_t kPinMismatch = 0x6402;
inline constexpr std::uint16_t kPinLength = 0x6403;
inline constexpr std::uint16_t kPinStructure = 0x6B80;

/// ask_pins has a person type the PINs that a request wants, and gives the command for the card, or the pad's own
/// status word.
std::variant<Bytes, std::uint16_t> ask_pins(const Faults& faults, const PinRequest& request, Keys& keys);

}  // namespace rakit::reader
