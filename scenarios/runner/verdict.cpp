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

std::string describe(const Verdict& verdict) {
    std::string text = std::string(verdict.status == Status::failed ? "FAILED " : "skipped ") + verdict.id + "  " +
                       verdict.title + "\n";
    if (!verdict.problem.empty()) text += "  " + verdict.problem + "\n";
    for (const auto& one : verdict.mismatches)
        text += "  " + one.what + "\n    expected  " + one.expected + "\n    seen      " + one.seen + "\n";
    if (!verdict.trace.empty()) text += "  trace\n";
    for (const auto& event : verdict.trace) text += "    " + to_text(event) + "\n";
    text += "  seed " + std::to_string(verdict.seed) + ", again: " + verdict.again + "\n";
    return text;
}

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
