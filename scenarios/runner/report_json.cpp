#include <nlohmann/json.hpp>

#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

json to_value(const Verdict& verdict) {
    json value = {{"id", verdict.id},      {"title", verdict.title},         {"source", verdict.source},
                  {"file", verdict.file},  {"tags", verdict.tags},           {"run", verdict.run},
                  {"seed", verdict.seed},  {"status", name(verdict.status)}, {"milliseconds", verdict.duration.count()},
                  {"again", verdict.again}};
    if (!verdict.problem.empty()) value["problem"] = verdict.problem;
    value["mismatches"] = json::array();
    for (const auto& one : verdict.mismatches)
        value["mismatches"].push_back({{"what", one.what}, {"expected", one.expected}, {"seen", one.seen}});
    value["trace"] = verdict.trace;
    return value;
}

/// Octets that are no UTF-8 (a broken RA's words) are replaced, never thrown about.
std::string dump(const json& value, int indent) {
    return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

Verdict from_value(const json& value) {
    Verdict verdict;
    value.at("id").get_to(verdict.id);
    value.at("title").get_to(verdict.title);
    value.at("source").get_to(verdict.source);
    value.at("file").get_to(verdict.file);
    value.at("tags").get_to(verdict.tags);
    value.at("run").get_to(verdict.run);
    value.at("seed").get_to(verdict.seed);
    const std::string status = value.at("status");
    verdict.status = status == "passed" ? Status::passed : status == "skipped" ? Status::skipped : Status::failed;
    verdict.duration = std::chrono::milliseconds(value.at("milliseconds").get<std::int64_t>());
    value.at("again").get_to(verdict.again);
    verdict.problem = value.value("problem", "");
    for (const auto& one : value.at("mismatches"))
        verdict.mismatches.push_back({one.at("what"), one.at("expected"), one.at("seen")});
    value.at("trace").get_to(verdict.trace);
    return verdict;
}

}  // namespace

std::string to_json(const RunInfo& run, const std::vector<Verdict>& verdicts) {
    const Totals totals = count(verdicts);
    json value = {{"version", 1},
                  {"depth", run.depth},
                  {"iut", run.iut},
                  {"milliseconds", run.duration.count()},
                  {"totals", {{"passed", totals.passed}, {"failed", totals.failed}, {"skipped", totals.skipped}}},
                  {"unstable", unstable(verdicts)},
                  {"cases", json::array()}};
    for (const auto& verdict : verdicts) value["cases"].push_back(to_value(verdict));
    return dump(value, 2) + "\n";
}

std::string pack(const Verdict& verdict) { return dump(to_value(verdict), -1); }

Result<Verdict> unpack(std::string_view line) {
    try {
        return from_value(json::parse(line));
    } catch (const json::exception& problem) {
        return fail(ErrorCode::document_invalid, std::string("a worker's verdict: ") + problem.what());
    }
}

}  // namespace rakit::scenarios
