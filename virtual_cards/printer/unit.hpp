#pragma once

#include <filesystem>
#include <functional>
#include <map>

#include "virtual_cards/printer/esc.hpp"
#include "virtual_cards/printer/station.hpp"
#include "virtual_cards/printer/store.hpp"

namespace rakit::printer {

/// OpenCard makes a live card of what `load` names: a built-in, a recipe or an image, perhaps with a serial number of
/// its own. Failures: those of make_image.
using OpenCard =
    std::function<Result<std::unique_ptr<cards::ImageCard>>(const std::string& image, const std::string& serial)>;

/// UnitOptions say what a printer is like.
struct UnitOptions {
    Model model;
    Capacity capacity;
    OpenCard open_card;
    std::filesystem::path faces;  ///< folder for CARD-front.png; empty: what is printed is not kept
    Store* store = nullptr;       ///< where it is kept over the end of the process; borrowed; null: nowhere
};

/// Unit is a whole printer but for its ports: the machine, its language, its cards, and the operator's side of it.
class Unit {
public:
    /// Contacts and clock are borrowed, and so is the bank that the contacts take cards from.
    Unit(UnitOptions options, CardBank& bank, Contacts& contacts, StationCard& station, Clock& clock);
    Printer& printer() { return x_printer; }
    Esc& esc() { return x_esc; }
    /// find_again brings back what the store has kept; false if there is nothing. From then on the store is told of
    /// everything. Failures: the store's.
    Result<bool> find_again();
    /// load puts a card into the hopper, or into the slot at the back, under its serial number. Failures: those of
    /// OpenCard, usage (already in, or no room).
    Result<std::string> load(std::unique_ptr<cards::ImageCard> card, bool back = false);
    /// control takes a line of docs/formats/printer-control.md and gives its answer line.
    std::string control(std::string_view line);

private:
    std::unique_ptr<cards::ImageCard> kept(std::unique_ptr<cards::ImageCard> card);
    void keep(const std::string& card, const Face& face);

    UnitOptions x_options;
    CardBank& x_bank;
    StationCard& x_station;
    std::map<std::pair<std::string, Side>, Picture> x_faces;  ///< only the printer's movement touches it
    Printer x_printer;
    Esc x_esc;
};

}  // namespace rakit::printer
