#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

/// object gives a member that is one, or an empty one.
json object(const json& from, const char* name) { return from.value(name, json::object()); }

/// take copies a member if it is there.
template <class T>
void take(const json& from, const char* name, T& to) {
    if (const auto it = from.find(name); it != from.end()) it->get_to(to);
}
template <class T>
void take(const json& from, const char* name, std::optional<T>& to) {
    if (const auto it = from.find(name); it != from.end()) to = it->template get<T>();
}

std::uint8_t reference(const std::string& hex) { return static_cast<std::uint8_t>(std::stoul(hex, nullptr, 16)); }

CardSetup parse_card(const json& value) {
    CardSetup card;
    take(value, "image", card.image);
    take(value, "serial", card.serial);
    take(value, "certificates", card.certificates);
    take(value, "faults", card.faults);
    const json pins = object(value, "pins");
    for (const auto& [pin, state] : pins.items()) card.tries[reference(pin)] = state.at("tries").get<int>();
    return card;
}

OfficerSetup parse_officer(const json& value) {
    OfficerSetup officer;
    take(value, "name", officer.name);
    officer.expired = value.value("certificate", "valid") == "expired";
    // The names of the CM's configuration (docs/formats/cm-config.md).
    for (const auto& [ours, theirs] :
         {std::pair{"roles", "roles"}, {"state", "state"}, {"kind", "kind"}, {"entity_type", "entityType"}})
        if (value.contains(ours)) officer.members[theirs] = value.at(ours);
    return officer;
}

CmSetup parse_cm(const json& value) {
    CmSetup cm;
    take(value, "procedures", cm.procedures);
    take(value, "deviations", cm.deviations);
    take(value, "used_tcs", cm.used_tcs);
    return cm;
}

Doing parse_do(const json& value) {
    Doing doing;
    for (const auto& [key, action] : value.at("actions").items()) {
        if (action.is_string())
            doing.actions.push_back({key, action.get<std::string>(), {}});
        else
            doing.actions.push_back({key, action.at("action"), action.at("certificate").get<int>()});
    }
    take(value, "procedure", doing.procedure);
    take(value, "fields", doing.fields);
    take(value, "show_fields", doing.show_fields);
    take(value, "auto_add_fields", doing.auto_add_fields);
    take(value, "replace_ca", doing.replace_ca);
    take(value, "resume", doing.resume);
    const json typed = object(value, "type");
    for (const auto& [prompt, answers] : typed.items())
        doing.type[prompt] = answers.is_array() ? answers.get<std::vector<std::string>>()
                                                : std::vector<std::string>{answers.get<std::string>()};
    return doing;
}

KeyAfter parse_key_after(const json& value) {
    KeyAfter key;
    take(value, "certificates", key.certificates);
    take(value, "new", key.fresh);
    take(value, "kept", key.kept);
    take(value, "tc", key.tc);
    return key;
}

CmAfter parse_cm_after(const json& value) {
    CmAfter cm;
    take(value, "active", cm.active);
    take(value, "revoked", cm.revoked);
    take(value, "pending", cm.pending);
    take(value, "orders", cm.orders);
    take(value, "used_tcs", cm.used_tcs);
    take(value, "log", cm.log);
    return cm;
}

Expectation parse_expect(const json& value) {
    Expectation expect;
    take(value, "result", expect.result);
    take(value, "first_result", expect.first_result);
    const json& card = value.at("card");
    expect.card_unchanged = card.is_string();
    if (card.is_object())
        for (const auto& [key, after] : card.items()) expect.keys[key] = parse_key_after(after);
    expect.cm = parse_cm_after(value.at("cm"));
    take(value, "prompts", expect.prompts);
    take(value, "not_prompted", expect.not_prompted);
    const json pins = object(value, "tries");
    for (const auto& [pin, tries] : pins.items()) expect.tries[reference(pin)] = tries.get<int>();
    take(value, "files", expect.files);
    take(value, "notices", expect.notices);
    return expect;
}

}  // namespace

Case parse_case(const json& value) {
    Case one;
    take(value, "title", one.title);
    take(value, "source", one.source);
    take(value, "covers", one.covers);
    take(value, "tags", one.tags);
    take(value, "seed", one.seed);
    take(value, "time_limit_s", one.time_limit_s);
    one.card = parse_card(object(value, "card"));
    one.officer = parse_officer(object(value, "officer"));
    one.cm = parse_cm(object(value, "cm"));
    one.doing = parse_do(value.at("do"));
    one.expect = parse_expect(value.at("expect"));
    return one;
}

}  // namespace rakit::scenarios
