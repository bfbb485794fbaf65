#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "scenarios/runner/case_event.hpp"
#include "scenarios/runner/observation.hpp"
#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {

/// Status is what came of a case.
enum class Status { passed, failed, skipped };

/// name gives a status's word.
std::string_view name(Status status);

/// Verdict is what is told of one run of one case; it holds no secret.
struct Verdict {
    std::string id;
    std::string title;
    std::string source;
    std::string file;
    std::vector<std::string> tags;
    int run = 1;       ///< of --repeat, from 1
    int position = 0;  ///< of the case among all that were chosen, over all shards
    std::uint64_t seed = 1;
    Status status = Status::failed;
    std::string problem;  ///< why it could not be run or judged; empty if it was
    std::vector<Mismatch> mismatches;
    std::vector<CaseEvent> trace;  ///< APDUs and HTTP exchanges in order, redacted, without octets
    std::chrono::milliseconds duration{0};
    std::string again;  ///< the command that repeats just this
};

/// Shard is which part of the cases a run takes.
struct Shard {
    int index = 1;  ///< from 1
    int count = 1;
    bool operator==(const Shard&) const = default;
};

/// RunInfo is what a report says of the whole run.
struct RunInfo {
    std::string depth;
    std::string iut;
    std::chrono::milliseconds duration{0};
    Shard shard;
    bool interrupted = false;  ///< a signal ended it before its time
};

/// Totals counts verdicts.
struct Totals {
    int passed = 0, failed = 0, skipped = 0;
};
Totals count(const std::vector<Verdict>& verdicts);

/// summary gives the last line: `N passed, N failed`, and `, N skipped` when any.
std::string summary(const Totals& totals);

/// describe gives what a person needs to see of a failed case: expected and seen, the trace, seed, and the command.
std::string describe(const Verdict& verdict);

/// brief does so for a person at a terminal: of APDUs in a row only the last few are shown.
std::string brief(const Verdict& verdict);

/// unstable names the cases whose runs didn't all come to the same.
std::vector<std::string> unstable(const std::vector<Verdict>& verdicts);

/// Report is a run and what came of it.
struct Report {
    RunInfo run;
    std::vector<Verdict> verdicts;
};

/// to_json gives the report of docs/formats/report.md.
std::string to_json(const RunInfo& run, const std::vector<Verdict>& verdicts);

/// parse_report reads it. Failure: document_invalid with each finding.
Result<Report> parse_report(std::string_view text, const std::string& file);

/// to_junit gives JUnit's XML; characters that XML can't hold are shown as `?`.
std::string to_junit(const RunInfo& run, const std::vector<Verdict>& verdicts);

/// blank_verdict gives a verdict of a case that says nothing yet.
Verdict blank_verdict(const Case& one, int run, std::uint64_t seed);

/// pack and unpack carry a verdict from a worker to its parent, one line of JSON. Failure: document_invalid.
std::string pack(const Verdict& verdict);
Result<Verdict> unpack(std::string_view line);

}  // namespace rakit::scenarios
