#include "virtual_cards/faults/fault_plan.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace rakit::cards {
namespace {

struct KindName {
    FaultKind kind;
    std::string_view name;
};

constexpr std::array kKinds{
    KindName{FaultKind::tear_before, "tear-before"},
    KindName{FaultKind::tear_after, "tear-after"},
    KindName{FaultKind::tear_within, "tear-within"},
    KindName{FaultKind::status, "status"},
    KindName{FaultKind::delay, "delay"},
    KindName{FaultKind::mute, "mute"},
    KindName{FaultKind::remove, "remove"},
    KindName{FaultKind::memory_failure, "memory-failure"},
    KindName{FaultKind::no_space, "no-space"},
    KindName{FaultKind::wrong_signature, "wrong-signature"},
    KindName{FaultKind::counter_stuck, "counter-stuck"},
    KindName{FaultKind::serial_changed, "serial-changed"},
    KindName{FaultKind::reset, "reset"},
};

void strike_with(const Fault& fault, Strike& strike) {
    switch (fault.kind) {
        case FaultKind::tear_before: strike.lost_before = true; break;
        case FaultKind::remove: strike.lost_before = strike.pulled = true; break;
        case FaultKind::tear_after: strike.lost_after = true; break;
        case FaultKind::tear_within:
            strike.disturbance.write_at_most = fault.octets;
            strike.lost_after = true;
            break;
        case FaultKind::status: strike.answer = fault.sw; break;
        case FaultKind::delay: strike.delay += fault.milliseconds; break;
        case FaultKind::mute:
            strike.delay += fault.milliseconds;
            strike.lost_before = true;
            break;
        case FaultKind::memory_failure: strike.disturbance.memory_failure = true; break;
        case FaultKind::no_space: strike.disturbance.no_space = true; break;
        case FaultKind::wrong_signature: strike.disturbance.wrong_signature = true; break;
        case FaultKind::counter_stuck: strike.disturbance.counter_stuck = true; break;
        case FaultKind::serial_changed: strike.disturbance.other_serial = true; break;
        case FaultKind::reset: strike.reset = true; break;
    }
}

Unexpected invalid(std::string what) { return fail(ErrorCode::document_invalid, std::move(what), "fault"); }

}  // namespace

Strike FaultPlan::next(ByteView command) {
    Strike strike;
    for (auto& fault : x_faults) {
        if (fault.ins && (command.size() < 2 || command[1] != *fault.ins)) continue;
        if (spent(fault)) continue;
        ++fault.seen;
        if (fault.seen >= fault.nth) strike_with(fault, strike);
    }
    return strike;
}

bool spent(const Fault& fault) { return fault.times != 0 && fault.seen >= fault.nth + fault.times - 1; }

std::vector<std::string_view> fault_kinds() {
    std::vector<std::string_view> names;
    for (const auto& row : kKinds) names.push_back(row.name);
    return names;
}

Result<Fault> parse_fault(const nlohmann::json& json) {
    if (!json.is_object() || !json.contains("kind") || !json["kind"].is_string())
        return invalid("a fault needs a kind");
    Fault fault;
    const auto kind = json["kind"].get<std::string>();
    bool known = false;
    for (const auto& row : kKinds)
        if (row.name == kind) {
            fault.kind = row.kind;
            known = true;
        }
    if (!known) return invalid("unknown kind '" + kind + "'");
    for (const auto& [key, value] : json.items()) {
        if (key == "kind") continue;
        const bool is_hex = key == "ins" || key == "sw";
        if (is_hex) {
            const auto octets = value.is_string() ? from_hex(value.get<std::string>()) : std::nullopt;
            if (!octets || octets->size() != (key == "ins" ? 1U : 2U))
                return invalid("'" + key + "' is not hex of its length");
            if (key == "ins")
                fault.ins = (*octets)[0];
            else
                fault.sw = iso7816::StatusWord(static_cast<std::uint16_t>((*octets)[0] << 8 | (*octets)[1]));
            continue;
        }
        if (!value.is_number_integer() || value < 0 || value > 1000000) return invalid("'" + key + "' is not a number");
        const auto number = value.get<unsigned>();
        if (key == "octets")
            fault.octets = number;
        else if (key == "milliseconds")
            fault.milliseconds = std::chrono::milliseconds(number);
        else if (key == "nth")
            fault.nth = number;
        else if (key == "times")
            fault.times = number;
        else
            return invalid("unknown key '" + key + "'");
    }
    if (fault.nth == 0) return invalid("'nth' counts from 1");
    if (fault.kind == FaultKind::status && fault.sw.value() < 0x6000)
        return invalid("kind status needs 'sw' from 6000 on");
    return fault;
}

Result<std::vector<Fault>> parse_faults(const nlohmann::json& document) {
    std::vector<Fault> faults;
    for (const auto& entry : document.value("faults", nlohmann::json::array())) {
        auto fault = parse_fault(entry);
        if (!fault) return Unexpected{std::move(fault).error()};
        faults.push_back(*fault);
    }
    return faults;
}

nlohmann::json to_json(const Fault& fault) {
    nlohmann::json json;
    for (const auto& row : kKinds)
        if (row.kind == fault.kind) json["kind"] = row.name;
    if (fault.kind == FaultKind::tear_within) json["octets"] = fault.octets;
    if (fault.kind == FaultKind::status) json["sw"] = iso7816::to_string(fault.sw);
    if (fault.milliseconds.count() != 0) json["milliseconds"] = fault.milliseconds.count();
    if (fault.ins) json["ins"] = to_hex(std::array{*fault.ins});
    const bool striking = fault.seen >= fault.nth;
    json["nth"] = striking ? 1 : fault.nth - fault.seen;
    json["times"] = fault.times == 0 || !striking ? fault.times : fault.nth + fault.times - 1 - fault.seen;
    return json;
}

}  // namespace rakit::cards
