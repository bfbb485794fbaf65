#include "virtual_cards/serve/control.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "common/document/json_text.hpp"
#include "embedded/card_control_schema.hpp"
#include "virtual_cards/faults/fault_plan.hpp"
#include "virtual_cards/images/image.hpp"
#include "virtual_cards/serve/control_server.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;

json done() { return {{"ok", true}}; }

json done(const char* key, json value) { return {{"ok", true}, {key, std::move(value)}}; }

json refused(const Error& error) {
    json answer{{"ok", false}, {"error", {{"code", name(error.code)}, {"message", error.detail}}}};
    if (!error.remedy.empty()) answer["error"]["remedy"] = error.remedy;
    return answer;
}

json outcome(const Result<void>& result) { return result ? done() : refused(result.error()); }

json counters_json(const ServeCounters& counters) {
    return {{"insertions", counters.insertions},
            {"removals", counters.removals},
            {"powerOns", counters.power_ons},
            {"resets", counters.resets},
            {"commands", counters.commands}};
}

/// Command acts on a request; what it leaves in `passed` travels beside the answer.
using Command = std::function<json(const ControlledCard&, const json& request, Descriptor& passed)>;

json lend(Result<Descriptor> slot, Descriptor& passed) {
    if (!slot) return refused(slot.error());
    passed = std::move(*slot);
    return done();
}

json capabilities(const ControlledCard& card);

const std::vector<std::pair<std::string, Command>>& commands() {
    static const std::vector<std::pair<std::string, Command>> table{
        {"insert",
         [](const auto& card, const json& request, auto&) {
             return outcome(request.value("at_once", false) ? card.insert_at_once() : card.insert());
         }},
        {"lend", [](const auto& card, const json&, Descriptor& passed) { return lend(card.lend(), passed); }},
        {"remove", [](const auto& card, const json&, auto&) { return card.remove(), done(); }},
        {"reset", [](const auto& card, const json&, auto&) { return card.reset(), done(); }},
        {"snapshot", [](const auto& card, const json&, auto&) { return done("image", json::parse(card.snapshot())); }},
        {"arm",
         [](const auto& card, const json& request, auto&) { return outcome(card.arm(request.at("fault").dump())); }},
        {"disarm", [](const auto& card, const json&, auto&) { return card.disarm(), done(); }},
        {"faults", [](const auto& card, const json&, auto&) { return done("faults", json::parse(card.faults())); }},
        {"latency",
         [](const auto& card, const json& request, auto&) { return outcome(card.set_latency(request.at("latency"))); }},
        {"atr",
         [](const auto& card, const json& request, auto&) {
             card.answer_reset_with(request.contains("atr") ? from_hex(request.at("atr").get<std::string>())
                                                            : std::nullopt);
             return done();
         }},
        {"counters",
         [](const auto& card, const json&, auto&) { return done("counters", counters_json(card.counters())); }},
        {"capabilities", [](const auto& card, const json&, auto&) { return done("capabilities", capabilities(card)); }},
    };
    return table;
}

json capabilities(const ControlledCard& card) {
    json names = json::array();
    for (const auto& [command, action] : commands()) names.push_back(command);
    json latencies = json::array();
    for (const auto latency : kLatencies) latencies.push_back(name(latency));
    return {{"version", 1},
            {"commands", names},
            {"atr", to_hex(card.atr())},
            {"serial", card.serial()},
            {"inserted", card.inserted()},
            {"profile", card.profile()},
            {"faultKinds", fault_kinds()},
            {"latencies", latencies},
            {"latency", card.latency()}};
}

Result<json> parse_request(std::string_view line) {
    static const document::Schema schema(embedded::card_control_schema);
    return document::parse_json(line, schema);
}

}  // namespace

ControlledCard controlled(ServedCard& served, ImageCard& card) {
    const auto locked = [&served](auto use) { served.with_card([&use](VirtualCard&) { use(); }); };
    std::string profile;  // the card is served already, and its reader may be at it
    locked([&] { profile = card.snapshot().document.value("profile", std::string()); });
    return {
        .insert = [&served] { return served.insert(); },
        .insert_at_once = [&served] { return served.insert_at_once(); },
        .lend = [&served] { return served.lend(); },
        .remove = [&served] { served.remove(); },
        .inserted = [&served] { return served.inserted(); },
        .reset = [&card, locked] { locked([&] { card.reset(); }); },
        .snapshot =
            [&card, locked] {
                std::string text;
                locked([&] { text = card.snapshot().document.dump(); });
                return text;
            },
        .arm =
            [&card, locked](const std::string& fault) {
                Result<void> result;
                locked([&] { result = card.arm(json::parse(fault)); });
                return result;
            },
        .disarm = [&card, locked] { locked([&] { card.disarm(); }); },
        .faults =
            [&card, locked] {
                json list = json::array();
                locked([&] { list = card.faults(); });
                return list.dump();
            },
        .latency =
            [&card, locked] {
                std::string text;
                locked([&] { text = name(card.latency()); });
                return text;
            },
        .set_latency = [&card, locked](const std::string& text) -> Result<void> {
            const auto latency = latency_from_name(text);
            if (!latency) return fail(ErrorCode::document_invalid, "no such latency: " + text);
            locked([&] { card.set_latency(*latency); });
            return {};
        },
        .counters = [&served] { return served.counters(); },
        .atr =
            [&card, locked] {
                Bytes atr;
                locked([&] { atr = card.atr(); });
                return atr;
            },
        .answer_reset_with = [&served](std::optional<Bytes> atr) { served.answer_reset_with(std::move(atr)); },
        .serial =
            [&card, locked] {
                std::string serial;
                locked([&] { serial = card.serial(); });
                return serial;
            },
        .profile = [profile] { return profile; },
    };
}

ControlAnswer answer_slot_control(const std::function<Result<Descriptor>()>& slot, std::string_view line) {
    const auto request = parse_request(line);
    if (!request) return {refused(request.error()).dump()};
    if (request->at("command") != "lend")
        return {refused(fail(ErrorCode::unsupported, "a slot without a card is lent, and nothing else").error).dump()};
    Descriptor passed;
    auto answer = lend(slot(), passed).dump();
    return {std::move(answer), std::move(passed)};
}

ControlAnswer answer_control(const ControlledCard& card, std::string_view line) {
    const auto request = parse_request(line);
    if (!request) return {refused(request.error()).dump()};
    const std::string wanted = request->at("command");
    ControlAnswer answer;
    for (const auto& [command, action] : commands())
        if (command == wanted) answer.line = action(card, *request, answer.passed).dump();
    if (answer.line.empty())
        answer.line = refused({ErrorCode::document_invalid, "no such command: " + wanted, {}, {}, {}, {}}).dump();
    return answer;
}

Result<ControlServer> ControlServer::start(const std::filesystem::path& socket, ControlledCard card) {
    return start_passing(socket,
                         [card = std::move(card)](std::string_view line) { return answer_control(card, line); });
}

}  // namespace rakit::cards
