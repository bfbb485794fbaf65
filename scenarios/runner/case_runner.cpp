#include "scenarios/runner/case_runner.hpp"

#include <algorithm>

#include "common/base/file.hpp"
#include "scenarios/runner/case_run.hpp"
#include "scenarios/runner/judge.hpp"

namespace rakit::scenarios {

namespace {

/// needs_prompts: the moment of a prompt is known only of an RA that asks us.
bool needs_prompts(const Case& one) {
    const auto prompt = [](const std::string& moment) {
        return moment.rfind("request:", 0) != 0 && moment.rfind("answer:", 0) != 0;
    };
    return (one.doing.swap_card && prompt(one.doing.swap_card->at)) ||
           (one.doing.unplug && prompt(one.doing.unplug->at)) || (one.doing.other_ra && prompt(one.doing.other_ra->at));
}

constexpr int kLongestWaitMs = 2000;

/// too_slow tells a case that passes no verdict in a time that people have: its clock must be a virtual one.
bool too_slow(const Case& one) {
    const auto slow = [](const nlohmann::json& fault) {
        return fault.value("kind", "") == "delay" && fault.value("milliseconds", 0) > kLongestWaitMs;
    };
    return one.cm.deviations.value("slowMs", 0) > kLongestWaitMs ||
           std::any_of(one.card.faults.begin(), one.card.faults.end(), slow);
}

/// why_skipped tells what this run can't show of a case, whatever card there is; empty: nothing.
std::string why_skipped(const Case& one, const RunSettings& settings, bool real_card) {
    const Depth depth = settings.depth;
    if (real_card)
        if (auto why = why_a_double(one); !why.empty()) return why;
    if (one.officer.card && depth != Depth::pcsc) return "an officer's card is used through PC/SC: --depth pcsc";
    if (settings.iut == "manual" && needs_prompts(one))
        return "what happens at a prompt can't be timed while a person works the RA";
    if (too_slow(one) && depth != Depth::inproc)
        return "somebody is slow for longer than anybody waits: --depth inproc, where time is virtual";
    const bool bends_tls = std::any_of(one.cm.deviations.items().begin(), one.cm.deviations.items().end(),
                                       [](const auto& entry) { return entry.key().rfind("tls", 0) == 0; });
    if (bends_tls && depth == Depth::inproc) return "there is no TLS in this process: --depth wire or pcsc";
    if (one.printer && settings.iut != "reference") return "a program's job names no printer: --iut reference";
    return {};
}

}  // namespace

CaseRunner::CaseRunner(RunSettings settings, std::unique_ptr<Station> station, cm::Hierarchy hierarchy, CardTerms terms)
    : x_settings(std::move(settings)),
      x_station(std::move(station)),
      x_hierarchy(std::move(hierarchy)),
      x_cards(x_hierarchy, x_settings.shared_keys),
      x_officers(x_hierarchy) {
    if (x_settings.depth != Depth::reader || !terms.slot.empty()) return;
    auto read = in_reader(terms.reader);
    x_real = std::make_unique<RealCard>(std::move(terms), x_hierarchy, x_cards, std::move(read));
}

Result<std::unique_ptr<CaseRunner>> CaseRunner::make(RunSettings settings, CardTerms terms) {
    if (settings.iut != "reference" && settings.iut != "manual" && settings.iut.rfind("exec:", 0) != 0)
        return fail(ErrorCode::usage, "no such RA under test: " + settings.iut, "--iut",
                    "give reference, manual or exec:COMMAND");
    if (settings.iut != "reference" && settings.depth != Depth::pcsc && settings.depth != Depth::reader)
        return fail(ErrorCode::usage, "an RA that is not in this process needs PC/SC", "--iut",
                    "use --depth pcsc or reader");
    auto station = terms.slot.empty() ? make_station(settings.depth, settings.scratch, terms.reader)
                                      : lent_station(terms.reader, terms.slot);
    if (!station) return Unexpected{std::move(station).error()};
    auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    if (!hierarchy) return Unexpected{std::move(hierarchy).error()};
    return std::unique_ptr<CaseRunner>(
        new CaseRunner(std::move(settings), std::move(*station), std::move(*hierarchy), std::move(terms)));
}

/// why_not tells why a case isn't run, after a look at the card where that is a real one. Failure: RealCard::why_not's.
Result<std::string> CaseRunner::why_not(const Case& one, std::uint64_t seed) {
    auto why = why_skipped(one, x_settings, x_real != nullptr);
    if (!why.empty() || !x_real) return why;
    return x_real->why_not(one, seed, x_settings.iut != "manual");
}

Verdict CaseRunner::run(const Case& one, const Task& task) {
    Verdict verdict = blank_verdict(one, task.run, task.seed);
    if (auto why = why_not(one, task.seed); !why) {
        verdict.problem = "it could not be run: " + to_string(why.error());
        return verdict;
    } else if (!why->empty()) {
        verdict.status = Status::skipped;
        verdict.problem = *std::move(why);
        return verdict;
    }
    const CaseTraceFile head{one.id, std::string(name(x_settings.depth)), x_settings.iut, task.run, task.seed, {}};
    const auto begun = std::chrono::steady_clock::now();
    CaseRun run({x_settings.depth,
                 x_settings.iut,
                 x_settings.reference,
                 *x_station,
                 x_hierarchy,
                 x_cards,
                 x_officers,
                 x_settings.scratch,
                 {task.trace, x_settings.octets},
                 x_real.get()},
                one, head);
    auto seen = run.run(verdict.trace);
    verdict.duration = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    if (!seen) {
        verdict.problem = "it could not be run: " + to_string(seen.error());
        return verdict;
    }
    seen->written.push_back({"the trace", to_bytes(describe(verdict))});
    if (auto file = read_file(task.trace)) {
        // What is exchanged is searched as octets too: in the file they are hex of hex.
        if (const auto trace = parse_trace(as_text(*file), task.trace))
            for (const auto& event : trace->events)
                for (const auto* octets : {&event.sent, &event.received})
                    if (!octets->empty()) seen->written.push_back({"an exchange in the trace", *octets});
        seen->written.push_back({"the trace file", std::move(*file)});
    }
    verdict.mismatches = judge(one.expect, *seen);
    verdict.mismatches.insert(verdict.mismatches.end(), run.printer_mismatches().begin(),
                              run.printer_mismatches().end());
    verdict.status = verdict.mismatches.empty() ? Status::passed : Status::failed;
    return verdict;
}

}  // namespace rakit::scenarios
