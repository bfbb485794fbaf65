#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "reference/batch/feeder.hpp"
#include "reference/printer/card_printer.hpp"
#include "reference/session/update.hpp"
#include "scenarios/runner/observation.hpp"
#include "scenarios/runner/station.hpp"
#include "virtual_cards/printer/station.hpp"
#include "virtual_cards/printer/tcp_port.hpp"

namespace rakit::scenarios {

/// PrinterCase is the card printer of a case with `device: printer`: its station is the case's reader, its hopper holds
/// the case's card, and perhaps another one below. At depth inproc the RA speaks to it directly, else at its raw port;
/// if the case says so, at the JSON-RPC service.
class PrinterCase {
public:
    using Update = std::function<Result<reference::UpdateOutcome>()>;

    /// make builds the printer of docs/formats/scenario.md's `printer`. Station and clock outlive it. Failures:
    /// document_invalid (a fault that can't strike there), io_failed.
    static Result<std::unique_ptr<PrinterCase>> make(const nlohmann::json& wish, Depth depth, Station& station,
                                                     Clock& clock);
    ~PrinterCase();
    /// begin loads the card with this serial number, and `below` under it; borrowed, null: none. The reader is empty
    /// afterwards.
    Result<void> begin(cards::VirtualCard& card, const std::string& serial, cards::VirtualCard* below);
    /// run is the RA's way with a card of the feeder: feed, engage, `update` (or `resume`, if an order is open), eject
    /// if all is well, else reject; or with all of them, by a list with an order for the case's card.
    Result<reference::UpdateOutcome> run(reference::UpdatePorts& ports, const Update& update);
    /// mend is what the operator does about whatever happened; a card that was taken out is put into the hopper again.
    void mend();
    /// judge compares where printer and cards are with `expect.printer`, and finds a card that isn't accounted for.
    std::vector<Mismatch> judge(const nlohmann::json& expect) const;

private:
    class CaseContacts;
    struct Parts;
    explicit PrinterCase(std::unique_ptr<Parts> parts);
    Result<std::unique_ptr<reference::CardPrinter>> open() const;
    Result<reference::UpdateOutcome> run_list(reference::Feeder& feeder, reference::UpdatePorts& ports,
                                              const Update& update);

    std::unique_ptr<Parts> x_parts;
};

}  // namespace rakit::scenarios
