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
    if (value.contains("profile")) card.image = value.at("profile").get<std::string>() + "-tc";
    take(value, "image", card.image);
    take(value, "serial", card.serial);
    take(value, "certificates", card.certificates);
    take(value, "faults", card.faults);
    const json pins = object(value, "pins");
    for (const auto& [pin, state] : pins.items()) {
        if (state.contains("tries")) card.tries[reference(pin)] = state.at("tries").get<int>();
        if (state.contains("as")) card.same_pins[reference(pin)] = reference(state.at("as"));
    }
    return card;
}

OfficerSetup parse_officer(const json& value) {
    OfficerSetup officer;
    officer.card = value.value("device", "soft") == "card";
    if (officer.card) officer.name = "Olof Officer";  // as the built-in officer's card has it
    take(value, "name", officer.name);
    take(value, "certificate", officer.certificate);
    // The names of the CM's configuration (docs/formats/cm-config.md).
    for (const auto& [ours, theirs] :
         {std::pair{"roles", "roles"}, {"state", "state"}, {"kind", "kind"}, {"entity_type", "entityType"}})
        if (value.contains(ours)) officer.members[theirs] = value.at(ours);
    return officer;
}

CmSetup parse_cm(const json& value) {
    CmSetup cm;
    take(value, "procedures", cm.procedures);
    take(value, "config", cm.config);
    take(value, "deviations", cm.deviations);
    take(value, "op_pins", cm.op_pins);
    take(value, "used_tcs", cm.used_tcs);
    take(value, "deviations_at", cm.deviations_at);
    take(value, "revoked", cm.revoked);
    take(value, "on_crl", cm.on_crl);
    if (value.contains("decision")) cm.approves = value.at("decision") == "approve";
    cm.clock_ahead = std::chrono::seconds(value.value("clock_ahead_s", 0));
    return cm;
}

Unplugging parse_unplug(const json& value) { return {value.at("at"), value.at("what"), value.value("back", false)}; }

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
    take(value, "resume_faults", doing.resume_faults);
    take(value, "dialect", doing.dialect);
    take(value, "abandon", doing.abandon);
    take(value, "persist", doing.persist);
    take(value, "reload", doing.reload);
    take(value, "qc", doing.qc);
    if (value.contains("swap_card")) {
        const json& swap = value.at("swap_card");
        doing.swap_card = CardSwap{swap.at("at"), parse_card(swap.at("card"))};
    }
    if (value.contains("unplug")) doing.unplug = parse_unplug(value.at("unplug"));
    if (value.contains("other_ra")) {
        const json& other = value.at("other_ra");
        doing.other_ra = OtherRa{other.at("at"), other.value("journal", "own") == "same"};
    }
    const json typed = object(value, "type");
    for (const auto& [prompt, answers] : typed.items())
        doing.type[prompt] = answers.is_array() ? answers.get<std::vector<std::string>>()
                                                : std::vector<std::string>{answers.get<std::string>()};
    return doing;
}

ContentAfter parse_content(const json& value) {
    ContentAfter content;
    const json subject = object(value, "subject");
    for (const auto& [field, text] : subject.items())
        content.subject[field] = text.is_null() ? std::nullopt : std::optional(text.get<std::string>());
    take(value, "qc", content.qc);
    return content;
}

KeyAfter parse_key_after(const json& value) {
    KeyAfter key;
    take(value, "certificates", key.certificates);
    take(value, "new", key.fresh);
    take(value, "kept", key.kept);
    take(value, "tc", key.tc);
    key.content = parse_content(value);
    return key;
}

CardAfter parse_card_after(const json& value) {
    CardAfter card;
    card.unchanged = value.is_string();
    if (!value.is_object()) return card;
    for (const auto& [key, after] : value.items())
        if (key == "ca_certificates")
            card.ca = parse_key_after(after);
        else if (key == "last_update")
            card.last_update = after.get<std::string>();
        else
            card.keys[key] = parse_key_after(after);
    return card;
}

CmAfter parse_cm_after(const json& value) {
    CmAfter cm;
    take(value, "active", cm.active);
    take(value, "revoked", cm.revoked);
    take(value, "pending", cm.pending);
    take(value, "orders", cm.orders);
    take(value, "used_tcs", cm.used_tcs);
    take(value, "requests", cm.requests);
    take(value, "log", cm.log);
    return cm;
}

Expectation parse_expect(const json& value) {
    Expectation expect;
    take(value, "result", expect.result);
    take(value, "first_result", expect.first_result);
    take(value, "second_result", expect.second_result);
    take(value, "other_result", expect.other_result);
    expect.card = parse_card_after(value.at("card"));
    if (value.contains("other_card")) expect.other_card = parse_card_after(value.at("other_card"));
    expect.cm = parse_cm_after(value.at("cm"));
    take(value, "prompts", expect.prompts);
    take(value, "not_prompted", expect.not_prompted);
    const json pins = object(value, "tries");
    for (const auto& [pin, tries] : pins.items()) expect.tries[reference(pin)] = tries.get<int>();
    take(value, "files", expect.files);
    take(value, "log", expect.log);
    take(value, "not_told", expect.not_told);
    if (value.contains("handed_out")) {
        expect.handed_out.emplace();
        for (const auto& one : value.at("handed_out"))
            expect.handed_out->push_back({one.at("key"), parse_content(one)});
    }
    take(value, "notices", expect.notices);
    take(value, "printer", expect.printer);
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
    if (value.value("device", "reader") == "printer") one.printer = object(value, "printer");
    one.doing = parse_do(value.at("do"));
    one.expect = parse_expect(value.at("expect"));
    return one;
}

}  // namespace rakit::scenarios
