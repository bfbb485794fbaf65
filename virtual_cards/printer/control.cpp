#include "virtual_cards/printer/control.hpp"

#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "common/document/json_text.hpp"
#include "embedded/printer_control_schema.hpp"
#include "virtual_cards/printer/machine_json.hpp"
#include "virtual_cards/printer/states.hpp"

namespace rakit::printer {
namespace {

using nlohmann::json;

json refused(const Error& error) {
    json answer{{"ok", false}, {"error", {{"code", name(error.code)}, {"message", error.detail}}}};
    if (!error.remedy.empty()) answer["error"]["remedy"] = error.remedy;
    return answer;
}

json done(Refusal refusal) {
    if (refusal == Refusal::none) return {{"ok", true}};
    return refused({ErrorCode::usage, "the printer doesn't: " + std::string(name(refusal)), {}, {}, {}, {}});
}

json load(const Controlled& controlled, const json& request, bool back) {
    auto card = controlled.open_card(request.at("image"), request.value("serial", ""));
    if (!card) return refused(card.error());
    auto name = controlled.load(std::move(*card), back);
    if (!name) return refused(name.error());
    return {{"ok", true}, {"card", *name}};
}

/// with_card runs `use` on a card that was loaded, while it is handling nothing.
json with_card(const Controlled& controlled, const json& request, const std::function<json(cards::ImageCard&)>& use) {
    const std::string wanted = request.at("card");
    auto* card = controlled.bank.find(wanted);
    if (card == nullptr) return refused({ErrorCode::usage, "no such card: " + wanted, {}, {}, {}, {}});
    json answer;
    controlled.station.quietly([&] { answer = use(*card); });
    return answer;
}

json snapshot(const Controlled& controlled, const json& request) {
    return with_card(controlled, request, [](cards::ImageCard& card) {
        return json{{"ok", true}, {"image", card.snapshot().document}};
    });
}

json arm_card(const Controlled& controlled, const json& request) {
    return with_card(controlled, request, [&](cards::ImageCard& card) {
        const auto armed = card.arm(request.at("fault"));
        return armed ? json{{"ok", true}} : refused(armed.error());
    });
}

json arm(const Controlled& controlled, const json& request) {
    auto fault = parse_fault(request.at("fault"));
    if (!fault) return refused(fault.error());
    return done(controlled.printer.ask(Arm{*fault}));
}

/// state_json gives a printer's state and where each card is.
json state_json(const Printer& printer) {
    const auto machine = printer.look();
    const auto supervised = supervised_state(machine);
    auto state = kept_json(machine);
    state.update({{"printer", printer.model().name},
                  {"phase", name(machine.phase)},
                  {"job", name(machine.job)},
                  {"supervised", supervised.major + "," + supervised.minor},
                  {"powered", machine.powered},
                  {"error", machine.error ? json(name(*machine.error)) : json()}});
    return state;
}

json answer_to(const Controlled& controlled, const json& request) {
    const std::string command = request.at("command");
    auto& printer = controlled.printer;
    if (command == "load" || command == "load-back") return load(controlled, request, command == "load-back");
    if (command == "open-cover") return done(printer.ask(OpenCover{}));
    if (command == "close-cover") return done(printer.ask(CloseCover{}));
    if (command == "empty-trays") return done(printer.ask(EmptyTrays{}));
    if (command == "new-ribbon") return done(printer.ask(NewRibbon{}));
    if (command == "power-off") return done(printer.ask(PowerOff{}));
    if (command == "power-on") return done(printer.ask(PowerOn{}));
    if (command == "arm") return arm(controlled, request);
    if (command == "disarm") return done(printer.ask(Disarm{}));
    if (command == "arm-card") return arm_card(controlled, request);
    if (command == "snapshot") return snapshot(controlled, request);
    return {{"ok", true}, {"state", state_json(printer)}};
}

}  // namespace

std::string answer_control(const Controlled& controlled, std::string_view line) {
    static const document::Schema schema(embedded::printer_control_schema);
    const auto request = document::parse_json(line, schema);
    return (request ? answer_to(controlled, *request) : refused(request.error())).dump();
}

}  // namespace rakit::printer
