#include "scenarios/runner/verdict.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace rakit::scenarios {

std::string_view name(Status status) {
    switch (status) {
        case Status::passed: return "passed";
        case Status::failed: return "failed";
        case Status::skipped: return "skipped";
    }
    std::abort();
}

Totals count(const std::vector<Verdict>& verdicts) {
    Totals totals;
    for (const auto& verdict : verdicts)
        ++(verdict.status == Status::passed   ? totals.passed
           : verdict.status == Status::failed ? totals.failed
                                              : totals.skipped);
    return totals;
}

std::string summary(const Totals& totals) {
    std::string line = std::to_string(totals.passed) + " passed, " + std::to_string(totals.failed) + " failed";
    if (totals.skipped > 0) line += ", " + std::to_string(totals.skipped) + " skipped";
    return line;
}

namespace {

constexpr std::size_t kShownApdus = 3;  // of those in a row: the last ones tell where it broke off

std::string lines(const std::vector<CaseEvent>& trace) {
    std::string text;
    for (const auto& event : trace) text += "    " + to_text(event) + "\n";
    return text;
}

std::string folded(const std::vector<CaseEvent>& trace) {
    std::string text;
    bool hidden = false;
    for (auto at = trace.begin(); at != trace.end();) {
        const auto end = std::find_if(at, trace.end(), [](const CaseEvent& one) { return one.kind != "apdu"; });
        const auto apdus = static_cast<std::size_t>(end - at);
        if (apdus > kShownApdus + 1) {
            text += "            ... " + std::to_string(apdus - kShownApdus) + " APDUs\n";
            at = end - kShownApdus;
            hidden = true;
        }
        const auto next = end == trace.end() ? end : end + 1;
        text += lines({at, next});
        at = next;
    }
    return hidden ? text + "    all of it: rakit run --trace DIR or --html FILE\n" : text;
}

std::string tell(const Verdict& verdict, const std::string& trace) {
    std::string text = std::string(verdict.status == Status::failed ? "FAILED " : "skipped ") + verdict.id + "  " +
                       verdict.title + "\n";
    if (!verdict.problem.empty()) text += "  " + verdict.problem + "\n";
    for (const auto& one : verdict.mismatches)
        text += "  " + one.what + "\n    expected  " + one.expected + "\n    seen      " + one.seen + "\n";
    if (!verdict.trace.empty()) text += "  trace\n" + trace;
    text += "  seed " + std::to_string(verdict.seed) + ", again: " + verdict.again + "\n";
    return text;
}

}  // namespace

std::string describe(const Verdict& verdict) { return tell(verdict, lines(verdict.trace)); }

std::string brief(const Verdict& verdict) { return tell(verdict, folded(verdict.trace)); }

Verdict blank_verdict(const Case& one, int run, std::uint64_t seed) {
    Verdict verdict;
    verdict.id = one.id;
    verdict.title = one.title;
    verdict.source = one.source;
    verdict.file = one.file;
    verdict.tags = one.tags;
    verdict.run = run;
    verdict.seed = seed;
    return verdict;
}

std::vector<std::string> unstable(const std::vector<Verdict>& verdicts) {
    std::map<std::string, const Verdict*> first;
    std::vector<std::string> names;
    for (const auto& verdict : verdicts) {
        const auto [it, fresh] = first.emplace(verdict.id, &verdict);
        if (!fresh && it->second->status != verdict.status &&
            std::find(names.begin(), names.end(), verdict.id) == names.end())
            names.push_back(verdict.id);
    }
    return names;
}

}  // namespace rakit::scenarios
