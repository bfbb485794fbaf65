#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "embedded/run_report_schema.hpp"
#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

json to_value(const Verdict& verdict) {
    json value = {{"id", verdict.id},
                  {"title", verdict.title},
                  {"source", verdict.source},
                  {"file", verdict.file},
                  {"tags", verdict.tags},
                  {"run", verdict.run},
                  {"position", verdict.position},
                  {"seed", verdict.seed},
                  {"status", name(verdict.status)},
                  {"milliseconds", verdict.duration.count()},
                  {"again", verdict.again}};
    if (!verdict.problem.empty()) value["problem"] = verdict.problem;
    value["mismatches"] = json::array();
    for (const auto& one : verdict.mismatches)
        value["mismatches"].push_back({{"what", one.what}, {"expected", one.expected}, {"seen", one.seen}});
    value["trace"] = json::array();
    for (const auto& event : verdict.trace) {
        json one = {{"at", event.at.count()}, {"kind", event.kind}, {"text", event.text}};
        if (event.took.count() > 0) one["took"] = event.took.count();
        value["trace"].push_back(std::move(one));
    }
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
    value.at("position").get_to(verdict.position);
    value.at("seed").get_to(verdict.seed);
    const std::string status = value.at("status");
    verdict.status = status == "passed" ? Status::passed : status == "skipped" ? Status::skipped : Status::failed;
    verdict.duration = std::chrono::milliseconds(value.at("milliseconds").get<std::int64_t>());
    value.at("again").get_to(verdict.again);
    verdict.problem = value.value("problem", "");
    for (const auto& one : value.at("mismatches"))
        verdict.mismatches.push_back({one.at("what"), one.at("expected"), one.at("seen")});
    for (const auto& one : value.at("trace"))
        verdict.trace.push_back({std::chrono::microseconds(one.at("at").get<std::int64_t>()),
                                 one.at("kind"),
                                 one.at("text"),
                                 std::chrono::microseconds(one.value("took", std::int64_t{0})),
                                 {},
                                 {}});
    return verdict;
}

}  // namespace

std::string to_json(const RunInfo& run, const std::vector<Verdict>& verdicts) {
    const Totals totals = count(verdicts);
    json value = {{"version", 1},
                  {"depth", run.depth},
                  {"iut", run.iut},
                  {"milliseconds", run.duration.count()},
                  {"shard", {{"index", run.shard.index}, {"count", run.shard.count}}},
                  {"interrupted", run.interrupted},
                  {"totals", {{"passed", totals.passed}, {"failed", totals.failed}, {"skipped", totals.skipped}}},
                  {"unstable", unstable(verdicts)},
                  {"cases", json::array()}};
    for (const auto& verdict : verdicts) value["cases"].push_back(to_value(verdict));
    return dump(value, 2) + "\n";
}

Result<Report> parse_report(std::string_view text, const std::string& file) {
    static const json schema = json::parse(embedded::run_report_schema);
    auto document = document::read_document(file, text);
    if (document.findings.empty()) document::check(document, schema);
    if (!document.findings.empty()) return Unexpected{document::failure(document.findings)};
    const json& value = document.value;
    Report report;
    value.at("depth").get_to(report.run.depth);
    value.at("iut").get_to(report.run.iut);
    report.run.duration = std::chrono::milliseconds(value.at("milliseconds").get<std::int64_t>());
    report.run.shard = {value.at("shard").at("index"), value.at("shard").at("count")};
    value.at("interrupted").get_to(report.run.interrupted);
    for (const auto& one : value.at("cases")) report.verdicts.push_back(from_value(one));
    return report;
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
