#pragma once

#include <cstdint>
#include <optional>

#include "virtual_cards/os/virtual_card.hpp"

namespace rakit::cards {

/// ServeCounters count what reached the card since it is served. vpcd's polling for the ATR is no activity of anybody.
struct ServeCounters {
    std::uint64_t insertions = 0;
    std::uint64_t removals = 0;
    std::uint64_t power_ons = 0;
    std::uint64_t resets = 0;
    std::uint64_t commands = 0;
};

/// CardEnd is the card's side of the vpcd protocol without a socket: a payload in, an answer out.
class CardEnd {
public:
    explicit CardEnd(VirtualCard& card) : x_card(card) {}

    /// on_payload gives what the card does: nothing to send where `bytes` is empty, the end of the link where `drop` is
    /// set. An answer that vpcd can't take (none at all hangs its slot for good, over 65,535 octets has no length)
    /// becomes 6F00.
    Answer on_payload(ByteView payload);
    /// on_link_gone takes the power away; whoever serves calls it when the link ends.
    void on_link_gone();
    /// answer_reset_with has the card answer to reset with these octets instead of its own; none: its own again.
    void answer_reset_with(std::optional<Bytes> atr) { x_atr = std::move(atr); }

    const ServeCounters& counters() const { return x_counters; }
    ServeCounters& counters() { return x_counters; }

private:
    VirtualCard& x_card;
    ServeCounters x_counters;
    bool x_powered = false;
    std::optional<Bytes> x_atr;
};

}  // namespace rakit::cards
