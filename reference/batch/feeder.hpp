#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "common/base/trace.hpp"
#include "reference/card/card_reader.hpp"
#include "reference/card/contents.hpp"
#include "reference/printer/card_printer.hpp"
#include "reference/session/update.hpp"

namespace rakit::reference {

/// Whereabouts is where a card was left.
enum class Whereabouts { ejected, rejected, inside, lost, taken, unknown };

/// name gives its word: "ejected", "rejected", "inside", "lost", "taken" (by a person), "unknown".
std::string_view name(Whereabouts where);

/// Left is where a card was left, and for "inside" in which state of the printer.
struct Left {
    Whereabouts where = Whereabouts::unknown;
    std::string detail;
};

/// FeedPolicy says how stubborn the RA is.
struct FeedPolicy {
    unsigned contact_tries = 3;                ///< to reach a card's chip, then it is rejected
    unsigned update_tries = 6;                 ///< on one card whose contacts fail in the middle
    unsigned link_tries = 3;                   ///< to reach the printer, for each of its movements
    std::chrono::milliseconds pause{200};      ///< before a printer that is busy is asked again
    std::chrono::milliseconds presence{5000};  ///< until the reader has to see a card whose contacts are closed
};

/// FeederPorts is what a feeder works with; borrowed.
struct FeederPorts {
    CardPrinter& printer;
    CardReader& reader;  ///< the printer's station
    /// wait_for_card returns once the reader sees a card. Failures: card_absent, card_mute.
    std::function<Result<void>(std::chrono::milliseconds)> wait_for_card;
    const std::vector<std::string>& transport_policies;
    Clock& clock;
    Trace& trace;
    CardLog* card_log = nullptr;
    FeedPolicy policy;
};

/// Feeder brings cards from a printer's hopper to its station, and away again; each card it ever touched ends in an
/// answer that says where it is, and in the card log.
class Feeder {
public:
    explicit Feeder(FeederPorts ports) : x_ports(std::move(ports)) {}

    /// present feeds a card, unless one is inside, engages it and reads it. Contacts that fail and a connection that
    /// breaks are tried again as the policy has it. Failures: printer_*, card_unsupported and what reading gives.
    Result<Contents> present();
    /// work has `update` done on the card `serial` at the station. A card that goes away under our hands is engaged
    /// again and the order goes on where it was: `update`, then `resume` where that says order_open. Failures: theirs,
    /// and card_changed.
    Result<UpdateOutcome> work(const std::string& serial, const std::function<Result<UpdateOutcome>()>& update,
                               const std::function<Result<UpdateOutcome>()>& resume);
    Result<void> print(const FaceText& face);
    /// eject and reject say where the card is afterwards; a movement that a fault stopped leaves it inside.
    Left eject(const std::string& card);
    Left reject(const std::string& card);
    /// where asks the printer where the card is, after a failure.
    Left where();
    /// clear has the printer forget an error that was mended.
    void clear();

private:
    Result<void> move(Result<void> (CardPrinter::*movement)());
    Left leave(const std::string& card, Result<void> (CardPrinter::*movement)(), Whereabouts wanted);
    Left settle(const std::string& card, Left left);
    void note(const std::string& what, const std::string& card, const std::string& detail);

    FeederPorts x_ports;
};

/// in_turn feeds one card, has it updated - or resumed, if `update` fails with order_open and `resume` isn't empty -
/// and ejects it; whatever went wrong, it is rejected, and where it is in the end is told. Contacts that fail in the
/// middle are pressed on again first. Failures: those of the feeder and of the update; printer_mechanical where the
/// card is updated but couldn't be ejected.
Result<UpdateOutcome> in_turn(Feeder& feeder, Dialog& dialog, const std::function<Result<UpdateOutcome>()>& update,
                              const std::function<Result<UpdateOutcome>()>& resume);

}  // namespace rakit::reference
