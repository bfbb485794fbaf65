#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "virtual_cards/printer/unit.hpp"

namespace rakit::printer {

/// Controlled is what the control socket may do to a printer.
struct Controlled {
    Printer& printer;
    CardBank& bank;
    StationCard& station;
    const OpenCard& open_card;
    std::function<Result<std::string>(std::unique_ptr<cards::ImageCard>, bool back)> load;
};

/// answer_control takes one request line and gives one answer line (docs/formats/printer-control.md).
std::string answer_control(const Controlled& controlled, std::string_view line);

}  // namespace rakit::printer
