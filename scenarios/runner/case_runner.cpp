#include "scenarios/runner/case_runner.hpp"

#include "common/base/file.hpp"
#include "scenarios/runner/case_run.hpp"
#include "scenarios/runner/judge.hpp"

namespace rakit::scenarios {

CaseRunner::CaseRunner(RunSettings settings, std::unique_ptr<Station> station, cm::Hierarchy hierarchy)
    : x_settings(std::move(settings)),
      x_station(std::move(station)),
      x_hierarchy(std::move(hierarchy)),
      x_cards(x_hierarchy) {}

Result<std::unique_ptr<CaseRunner>> CaseRunner::make(RunSettings settings) {
    if (settings.iut != "reference" && settings.iut.rfind("exec:", 0) != 0)
        return fail(ErrorCode::usage, "no such RA under test: " + settings.iut, "--iut",
                    "give reference or exec:COMMAND");
    if (settings.iut != "reference" && settings.depth != Depth::pcsc)
        return fail(ErrorCode::usage, "an RA that is a program needs PC/SC", "--iut", "use --depth pcsc");
    auto station = make_station(settings.depth);
    if (!station) return Unexpected{std::move(station).error()};
    auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    if (!hierarchy) return Unexpected{std::move(hierarchy).error()};
    return std::unique_ptr<CaseRunner>(new CaseRunner(std::move(settings), std::move(*station), std::move(*hierarchy)));
}

Verdict CaseRunner::run(const Case& one, int run, std::uint64_t seed) {
    Verdict verdict = blank_verdict(one, run, seed);
    if (one.officer.card && x_settings.depth != Depth::pcsc) {
        verdict.status = Status::skipped;
        verdict.problem = "an officer's card is used through PC/SC: --depth pcsc";
        return verdict;
    }
    const auto begun = std::chrono::steady_clock::now();
    auto seen =
        CaseRun({x_settings.depth, x_settings.iut, *x_station, x_hierarchy, x_cards}, one, seed).run(verdict.trace);
    verdict.duration = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    if (seen) {
        seen->written.push_back({"the trace", to_bytes(describe(verdict))});
        verdict.mismatches = judge(one.expect, *seen);
        verdict.status = verdict.mismatches.empty() ? Status::passed : Status::failed;
    } else {
        verdict.problem = "it could not be run: " + to_string(seen.error());
    }
    write_trace(verdict);
    if (verdict.status == Status::passed) verdict.trace.clear();
    return verdict;
}

void CaseRunner::write_trace(const Verdict& verdict) const {
    if (x_settings.trace_folder.empty()) return;
    std::string file = verdict.id;
    for (auto& c : file)
        if (c == '/' || c == ':') c = '.';
    std::string text =
        verdict.id + " " + std::string(name(verdict.status)) + ", seed " + std::to_string(verdict.seed) + "\n";
    for (const auto& line : verdict.trace) text += line + "\n";
    // A trace that can't be written spoils no verdict; `rakit run` has made sure of the folder.
    (void)write_file_atomically(x_settings.trace_folder / (file + "-" + std::to_string(verdict.run) + ".txt"),
                                as_bytes(text))
        .has_value();
}

}  // namespace rakit::scenarios
