#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "virtual_cards/images/image.hpp"
#include "virtual_cards/printer/printer.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::printer {

/// CardBank holds every card that was ever loaded, by its name. Safe to use from any thread; a card is never taken out.
class CardBank {
public:
    /// add keeps a card; of one that was taken out of the printer and is loaded again, the new one counts.
    void add(const std::string& name, std::unique_ptr<cards::ImageCard> card);
    /// find gives a card, null if there is none of that name.
    cards::ImageCard* find(const std::string& name) const;

private:
    mutable std::mutex x_mutex;
    std::map<std::string, std::unique_ptr<cards::ImageCard>> x_cards;
    std::vector<std::unique_ptr<cards::ImageCard>> x_former;  ///< somebody may still hold them
};

/// StationCard is whichever card lies at the station, for whoever serves it to a reader. It tells the printer of each
/// command, and drops the link where a fault opens the contacts in the middle of one.
class StationCard final : public cards::VirtualCard {
public:
    /// lay puts a card at the station; borrowed. `printer` is told of its commands.
    void lay(cards::VirtualCard& card, Printer& printer);
    /// quietly runs `use` while no card at the station is handling anything.
    void quietly(const std::function<void()>& use);

    Bytes atr() const override;
    void power_on() override;
    void power_off() override;
    void remove() override;
    void reset() override;
    cards::Answer handle(ByteView command) override;

private:
    mutable std::mutex x_mutex;
    cards::VirtualCard* x_card = nullptr;
    Printer* x_printer = nullptr;
};

/// VpcdContacts are the contacts of a printer whose station is a slot of vpcd: engaged = connected.
class VpcdContacts final : public Contacts {
public:
    /// The bank outlives it. An empty connector is a station without a reader: nothing sees the card.
    VpcdContacts(CardBank& bank, cards::Connector connector) : x_bank(bank), x_connector(std::move(connector)) {}
    /// of tells which printer the contacts are in, before the first card.
    void of(Printer& printer) { x_printer = &printer; }
    Result<void> engage(const std::string& card) override;
    void disengage() override;
    StationCard& station() { return x_card; }

private:
    CardBank& x_bank;
    cards::Connector x_connector;
    Printer* x_printer = nullptr;
    StationCard x_card;
    std::optional<cards::ServedCard> x_served;  ///< made with the first card
};

}  // namespace rakit::printer
