#include "virtual_cards/reader/control.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace rakit::reader {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxKeys = 64;

struct TraitName {
    std::string_view name;
    bool Traits::*trait;
};
constexpr TraitName kTraits[] = {
    {"pin-pad", &Traits::pin_pad}, {"pin-filter", &Traits::pin_filter}, {"short-only", &Traits::short_only}};

using Answer = Result<json>;

Unexpected invalid(const std::string& message) { return fail(ErrorCode::document_invalid, message); }

Answer done() { return json::object(); }

Answer set_fault(ReaderControl& reader, const json& request, bool on) {
    if (!on && !request.contains("fault")) return reader.clear_faults(), done();
    const auto fault = fault_from_name(request.at("fault").get<std::string>());
    if (!fault) return invalid("no such fault: " + request.at("fault").get<std::string>());
    reader.set_fault(*fault, on);
    return done();
}

Answer set_trait(ReaderControl& reader, const json& request) {
    for (const auto& [name, trait] : kTraits) {
        if (request.at("trait") != name) continue;
        reader.set_trait(trait, request.at("on").get<bool>());
        return done();
    }
    return invalid("no such trait: " + request.at("trait").get<std::string>());
}

Answer type_keys(ReaderControl& reader, const json& request) {
    const auto keys = request.at("keys").get<std::string>();
    if (keys.size() > kMaxKeys || keys.find_first_not_of("0123456789EC<") != std::string::npos)
        return invalid("keys are up to 64 of 0-9, E, C and <");
    reader.type(keys);
    return done();
}

Answer faults_on(ReaderControl& reader, const json&) {
    json names = json::array();
    const auto settings = reader.settings();
    for (const auto& row : faults())
        if (settings.faults.has(row.fault)) names.push_back(row.name);
    return json{{"faults", names}};
}

Answer capabilities(ReaderControl& reader, const json&) {
    const auto settings = reader.settings();
    json all = json::array();
    for (const auto& row : faults()) all.push_back({{"name", row.name}, {"what", row.what}, {"cases", row.cases}});
    json traits = json::object();
    for (const auto& [name, trait] : kTraits) traits[std::string(name)] = settings.traits.*trait;
    return json{{"capabilities",
                 {{"version", 1},
                  {"faults", all},
                  {"traits", traits},
                  {"plugged", settings.plugged},
                  {"card", reader.card()}}}};
}

Answer pad(ReaderControl& reader, const json&) {
    const auto view = reader.pad();
    return json{
        {"pad",
         {{"state", view.waiting ? "waiting" : "idle"}, {"display", view.display}, {"operations", view.operations}}}};
}

/// Command is a row of the protocol: what it may and must bring.
struct Command {
    std::string_view name;
    std::set<std::string> must;
    std::set<std::string> may;
    Answer (*run)(ReaderControl& reader, const json& request);
};

const std::vector<Command>& commands() {
    static const std::vector<Command> table{
        {"capabilities", {}, {}, capabilities},
        {"fault", {"fault"}, {}, [](auto& reader, const auto& request) { return set_fault(reader, request, true); }},
        {"clear", {}, {"fault"}, [](auto& reader, const auto& request) { return set_fault(reader, request, false); }},
        {"faults", {}, {}, faults_on},
        {"trait", {"trait", "on"}, {}, set_trait},
        {"truncate", {}, {}, [](auto& reader, const auto&) { return reader.truncate_next(), done(); }},
        {"keys", {"keys"}, {}, type_keys},
        {"pad", {}, {}, pad},
        {"unplug", {}, {}, [](auto& reader, const auto&) { return reader.plug(false), done(); }},
        {"replug", {}, {}, [](auto& reader, const auto&) { return reader.plug(true), done(); }},
    };
    return table;
}

Answer run(ReaderControl& reader, std::string_view line) {
    const auto request = json::parse(line, nullptr, false);
    if (!request.is_object() || !request.contains("command")) return invalid("not a JSON object with a command");
    for (const auto& command : commands()) {
        if (request["command"] != command.name) continue;
        for (const auto& member : command.must)
            if (!request.contains(member)) return invalid("missing: " + member);
        for (const auto& [member, value] : request.items()) {
            if (member != "command" && !command.must.contains(member) && !command.may.contains(member))
                return invalid("unknown: " + member);
            const bool right = member == "on" ? value.is_boolean() : value.is_string();
            if (!right) return invalid("of another type: " + member);
        }
        return command.run(reader, request);
    }
    return invalid("no such command: " + request["command"].dump());
}

}  // namespace

std::string answer_reader_control(ReaderControl& reader, std::string_view line) {
    auto answer = run(reader, line);
    if (!answer) {
        const auto& error = answer.error();
        const json refusal{{"ok", false}, {"error", {{"code", name(error.code)}, {"message", error.detail}}}};
        return refusal.dump(-1, ' ', true, json::error_handler_t::replace);
    }
    (*answer)["ok"] = true;
    return answer->dump(-1, ' ', true, json::error_handler_t::replace);
}

}  // namespace rakit::reader
