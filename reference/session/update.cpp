#include "reference/session/update.hpp"

#include "reference/session/driver.hpp"
#include "reference/session/reader_card.hpp"

namespace rakit::reference {
namespace {

Result<UpdateOutcome> run(UpdatePorts& ports, const UpdateRequest& request,
                          const std::optional<Resumption>& resumption = {}) {
    ReaderCard card(ports.reader, card_profiles(), ports.transport_policies, ports.trace);
    Driver driver(
        {card, ports.cm, ports.officer, ports.dialog, ports.clock, ports.rng, ports.trace, ports.journal_folder,
         ports.pin_deadline, ports.field_choices, ports.card_log, ports.tls_officer, ports.approval_wait},
        {request.issue_first, std::string(ports.cm.dialect()), ports.write_real_card});
    return driver.run(request, resumption);
}

}  // namespace

Result<Contents> read_card(CardReader& reader, const std::vector<std::string>& transport_policies, Trace& trace) {
    ReaderCard card(reader, card_profiles(), transport_policies, trace);
    if (auto locked = card.lock(); !locked) return Unexpected{std::move(locked).error()};
    return card.read_contents();
}

Result<UpdateOutcome> update(UpdatePorts& ports, const UpdateRequest& request) { return run(ports, request); }

Result<UpdateOutcome> resume(UpdatePorts& ports, const std::string& card) {
    return run(ports, {}, Resumption{false, card});
}

Result<UpdateOutcome> abandon(UpdatePorts& ports, const std::string& card) {
    return run(ports, {}, Resumption{true, card});
}

}  // namespace rakit::reference
