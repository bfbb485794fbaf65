#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "common/base/clock.hpp"
#include "scenarios/links/card_link.hpp"
#include "virtual_cards/os/virtual_card.hpp"

namespace rakit::scenarios {

/// InProcessSlot is a slot in this process, to put a virtual card in and to pull it. Safe to use from any thread.
class InProcessSlot {
public:
    /// The card is in from the start; it and the clock outlive the slot. A card's delay passes on the clock.
    InProcessSlot(cards::VirtualCard& card, Clock& clock) : x_card(&card), x_clock(clock) {}

    void insert();
    void remove();
    /// exchange_card pulls the card that is in and puts another one in.
    void exchange_card(cards::VirtualCard& card);
    bool inserted() const;
    /// with_card runs `use` while the card is handling nothing.
    void with_card(const std::function<void(cards::VirtualCard&)>& use);
    /// link gives the reader's side, for LinkReader; the slot outlives it.
    std::unique_ptr<CardLink> link();

private:
    class Link;
    void lose_card();  ///< with x_mutex held

    mutable std::mutex x_mutex;
    cards::VirtualCard* x_card;
    Clock& x_clock;
    bool x_inserted = true;
    bool x_powered = false;
};

}  // namespace rakit::scenarios
