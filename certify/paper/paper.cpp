#include "certify/paper/paper.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace rakit::certify {
namespace {

using nlohmann::json;

/// What the suite's own verdicts rest on; kept true by tests/integration/certify and the matrix of wrong readers.
constexpr std::string_view kProvenOn =
    "The suite itself has been proven on vsmartcard's vpcd and on the project's own reader, each with the project's "
    "virtual tester card: right, no case fails; wrong in named ways, a case fails for each. Cases that only a real "
    "reader can show (R) have been run against no reader that is known to be wrong.";

json case_of(const Entry& entry) {
    const auto& one = *entry.of;
    json row{{"number", one.number},
             {"name", one.name},
             {"level", one.level},
             {"meaning", std::string(1, one.meaning)},
             {"pass", one.pass},
             {"rule", one.rule},
             {"verdict", name(entry.judgement.verdict)},
             {"reasons", entry.judgement.reasons},
             {"facts", json::parse(entry.facts)},
             {"deviations", json::parse(entry.deviations)},
             {"calls", entry.calls},
             {"took_ms", entry.took_ms},
             {"trace", json::parse(entry.trace)}};
    if (!entry.measured.empty()) row["measuring"] = entry.measured;
    return row;
}

/// driver_of says what the driver calls itself; vpcd's says nothing, but is known by its card.
std::string driver_of(const std::string& kind, const json& attributes) {
    if (attributes.contains("type")) return attributes.at("type");
    if (attributes.contains("vendor")) return attributes.at("vendor");
    return kind == name(ReaderKind::vpcd) ? "vsmartcard's vpcd" : "not told";
}

json update_of(const UpdateRun& update) {
    if (!update.not_applicable.empty())
        return {{"verdict", name(Verdict::not_applicable)}, {"reasons", {update.not_applicable}}};
    std::map<std::string, int> count;
    json rows = json::array(), reasons = json::array();
    for (const auto& one : update.scenarios) {
        ++count[one.status];
        rows.push_back({{"id", one.id}, {"status", one.status}, {"took_ms", one.took_ms}});
        if (!one.why.empty()) rows.back()["why"] = one.why;
        if (one.status == "failed") reasons.push_back(one.id + " failed");
    }
    const auto verdict = judge_update(update.scenarios);
    if (verdict == Verdict::not_applicable) reasons.push_back("no scenario could be run");
    return {{"verdict", name(verdict)},  {"cards", update.cards},       {"passed", count["passed"]},
            {"failed", count["failed"]}, {"skipped", count["skipped"]}, {"reasons", reasons},
            {"scenarios", rows}};
}

void add_cases(const std::vector<Entry>& entries, json& cases, json& deviations) {
    for (const auto& entry : entries) {
        cases.push_back(case_of(entry));
        for (const auto& text : cases.back()["deviations"])
            deviations.push_back({{"case", entry.of->number}, {"text", text}});
    }
}

}  // namespace

Verdict judge_update(const std::vector<UpdateCase>& scenarios) {
    const auto any = [&](const char* status) {
        return std::any_of(scenarios.begin(), scenarios.end(), [&](const auto& one) { return one.status == status; });
    };
    return any("failed") ? Verdict::fail : any("passed") ? Verdict::pass : Verdict::not_applicable;
}

std::string make_paper(const Head& head, const std::vector<Entry>& entries, const UpdateRun& update) {
    const auto found = json::parse(head.found);
    std::map<Verdict, int> count;
    for (const auto& entry : entries) ++count[entry.judgement.verdict];
    json cases = json::array(), deviations = json::array();
    add_cases(entries, cases, deviations);
    const auto attributes = found.value("attributes", json::object());
    json paper{{"version", 1},
               {"kind", "reader-certificate"},
               {"generator", head.generator},
               {"made", to_iso8601(head.made)},
               {"scope", kScope},
               {"proven_on", kProvenOn},
               {"reader",
                {{"name", found.at("reader")},
                 {"kind", found.at("kind")},
                 {"evidence", found.at("evidence")},
                 {"driver", driver_of(found.at("kind"), attributes)},
                 {"firmware", attributes.value("version", "not told")},
                 {"attributes", attributes}}},
               {"service", {{"library", head.library}, {"daemon", head.daemon}}},
               {"host", head.system},
               {"card",
                {{"commands", found.at("card")},
                 {"atr", found.at("atr")},
                 {"protocol", found.at("protocol")},
                 {"profile", found.value("profile", "not told")}}},
               {"mode", head.quick ? "quick" : "full"},
               {"levels", head.levels},
               {"counts",
                {{"pass", count[Verdict::pass]},
                 {"fail", count[Verdict::fail]},
                 {"not_applicable", count[Verdict::not_applicable]}}},
               {"deviations", deviations},
               {"cases", cases}};
    if (!head.chosen.empty()) paper["chosen"] = head.chosen;
    if (update.wanted) paper["update"] = update_of(update);
    return paper.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace rakit::certify
