#include "reference/session/update.hpp"

#include "reference/session/driver.hpp"
#include "reference/session/reader_card.hpp"

namespace rakit::reference {
namespace {

Result<UpdateOutcome> run(UpdatePorts& ports, const UpdateRequest& request, bool resuming, bool abandoning = false) {
    ReaderCard card(ports.reader, card_profiles(), ports.transport_policies, ports.trace);
    Driver driver({card, ports.cm, ports.officer, ports.dialog, ports.clock, ports.rng, ports.trace,
                   ports.journal_folder, ports.pin_deadline, ports.field_choices, ports.card_log, ports.tls_officer},
                  {request.issue_first, std::string(ports.cm.dialect())});
    return driver.run(request, resuming, abandoning);
}

}  // namespace

Result<Contents> read_card(CardReader& reader, const std::vector<std::string>& transport_policies, Trace& trace) {
    ReaderCard card(reader, card_profiles(), transport_policies, trace);
    if (auto locked = card.lock(); !locked) return Unexpected{std::move(locked).error()};
    return card.read_contents();
}

Result<UpdateOutcome> update(UpdatePorts& ports, const UpdateRequest& request) { return run(ports, request, false); }

Result<UpdateOutcome> resume(UpdatePorts& ports) { return run(ports, {}, true); }

Result<UpdateOutcome> abandon(UpdatePorts& ports) { return run(ports, {}, true, true); }

}  // namespace rakit::reference
