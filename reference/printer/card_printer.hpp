#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.hpp"

namespace rakit::reference {

/// FaceText is what is printed on a card's front.
struct FaceText {
    std::string name;
    std::string validity;
    bool operator==(const FaceText&) const = default;
};

/// PrinterState is where a printer says that it stands.
struct PrinterState {
    bool card_inside = false;
    std::string phase;  ///< in the printer's own word: "at-contact", "jammed"
};

/// CardPrinter is a card printer with a contact station: the port of `--printer`. Failures of all: printer_offline (no
/// connection, no answer), printer_busy, printer_feeder_empty, printer_ribbon, printer_cover_open, printer_mechanical,
/// printer_tray_full, printer_contact_failed, printer_card_lost, printer_refused, printer_answer_invalid. After a
/// failure it isn't known how far the printer came; state() tells.
class CardPrinter {
public:
    virtual ~CardPrinter() = default;
    /// model is what the printer calls itself; its station's PC/SC reader has that in its name.
    virtual Result<std::string> model() = 0;
    /// to_station feeds a card, unless one is inside, and closes the contacts on it, anew if they were closed.
    virtual Result<void> to_station() = 0;
    virtual Result<void> print(const FaceText& face) = 0;
    virtual Result<void> eject() = 0;
    virtual Result<void> reject() = 0;
    /// clear has the printer forget an error that was mended.
    virtual Result<void> clear() = 0;
    virtual Result<PrinterState> state() = 0;
};

}  // namespace rakit::reference
