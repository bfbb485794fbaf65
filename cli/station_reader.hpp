#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reference/card/card_reader.hpp"
#include "reference/printer/card_printer.hpp"

namespace rakit::cli {

/// StationReader is the PC/SC reader of a printer's contact station.
struct StationReader {
    std::unique_ptr<reference::CardReader> reader;
    /// wait_for_card returns once the reader sees a card. Failures: card_absent, card_mute.
    std::function<Result<void>(std::chrono::milliseconds)> wait_for_card;
};

/// open_station finds it: the named one, else the one that has the printer's model in its name. `taken` are no choice:
/// the officer's card is in them. A reader that holds a card although the printer's contacts are open isn't the
/// station, and is left alone. Failures: reader_absent, officer_card_is_target, service_absent, printer_*.
Result<StationReader> open_station(reference::CardPrinter& printer, const std::string& name,
                                   const std::vector<std::string>& taken);

}  // namespace rakit::cli
