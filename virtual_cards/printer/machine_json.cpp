#include "virtual_cards/printer/machine_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "embedded/printer_control_schema.hpp"

namespace rakit::printer {
namespace {

using nlohmann::json;

json fault_json(const Fault& fault) {
    json value{{"kind", name(fault.kind)}, {"nth", fault.nth}, {"times", fault.times}};
    if (fault.phase) value["phase"] = name(*fault.phase);
    return value;
}

/// kept_schema is the schema of a state, with just what is kept required.
const document::Schema& kept_schema() {
    static const auto text = [] {
        const auto control = json::parse(embedded::printer_control_schema);
        json kept = control.at("definitions").at("answer").at("properties").at("state");
        kept["required"] = {"coverOpen", "inside", "hopper", "cards", "ribbonLeft", "counters", "faults"};
        kept["definitions"] = control.at("definitions");
        return kept.dump();
    }();
    static const document::Schema schema(text);
    return schema;
}

/// places_agree tells whether hopper and inside name just the cards that are said to be there.
bool places_agree(const Machine& machine) {
    std::vector<std::string> hopper(machine.hopper.begin(), machine.hopper.end());
    std::vector<std::string> inside;
    if (machine.inside) inside.push_back(*machine.inside);
    const auto at = [&](Place place) {
        std::vector<std::string> found;
        for (const auto& card : machine.cards)
            if (card.place == place) found.push_back(card.card);
        return found;
    };
    return std::ranges::is_permutation(hopper, at(Place::hopper)) && inside == at(Place::inside);
}

Counters counters_from(const json& value) {
    return {value.at("fed"),     value.at("engaged"),  value.at("printed"),
            value.at("ejected"), value.at("rejected"), value.at("jams")};
}

}  // namespace

Result<Fault> parse_fault(const json& value) {
    Fault fault;
    const std::string kind = value.at("kind");
    const auto known = fault_named(kind);
    if (!known) return fail(ErrorCode::document_invalid, "no such fault: " + kind);
    fault.kind = *known;
    fault.nth = value.value("nth", 1U);
    fault.times = value.value("times", 1U);
    if (value.contains("phase")) {
        fault.phase = phase_named(value["phase"].get<std::string>());
        if (!fault.phase || !can_strike(fault.kind, *fault.phase))
            return fail(ErrorCode::document_invalid, kind + " can't strike in the phase " + value["phase"].dump());
    } else if (fault.kind == FaultKind::power_loss) {
        return fail(ErrorCode::document_invalid, "power-loss needs a phase");
    }
    return fault;
}

json kept_json(const Machine& machine) {
    json cards = json::array();
    for (const auto& card : machine.cards)
        cards.push_back({{"card", card.card}, {"place", name(card.place)}, {"printed", card.printed}});
    json faults = json::array();
    for (const auto& fault : machine.faults)
        if (fault.times > 0) faults.push_back(fault_json(fault));
    const auto& counters = machine.counters;
    return {{"coverOpen", machine.cover_open},
            {"inside", machine.inside ? json(*machine.inside) : json()},
            {"hopper", machine.hopper},
            {"cards", cards},
            {"ribbonLeft", machine.ribbon_left},
            {"counters",
             {{"fed", counters.fed},
              {"engaged", counters.engaged},
              {"printed", counters.printed},
              {"ejected", counters.ejected},
              {"rejected", counters.rejected},
              {"jams", counters.jams}}},
            {"faults", faults}};
}

Result<Machine> machine_from(const json& kept) {
    document::Document checked{"printer", kept, {}, {}};
    document::check(checked, kept_schema());
    if (!checked.findings.empty()) return fail(document::failure(checked.findings));
    Machine machine;
    machine.powered = false;
    machine.phase = Phase::offline;
    machine.cover_open = kept.at("coverOpen");
    if (!kept.at("inside").is_null()) machine.inside = kept.at("inside").get<std::string>();
    machine.hopper = kept.at("hopper").get<std::deque<std::string>>();
    for (const auto& card : kept.at("cards"))
        machine.cards.push_back(
            {card.at("card"), place_named(card.at("place").get<std::string>()).value(), card.at("printed")});
    for (const auto& value : kept.at("faults")) {
        auto fault = parse_fault(value);
        if (!fault) return Unexpected{std::move(fault).error()};
        machine.faults.push_back(*fault);
    }
    machine.counters = counters_from(kept.at("counters"));
    machine.ribbon_left = kept.at("ribbonLeft");
    if (!places_agree(machine)) return fail(ErrorCode::document_invalid, "hopper, inside and cards don't agree");
    return machine;
}

}  // namespace rakit::printer
