// Files that people write, and what others hand in: scenario, report, trace, an RA's result, a reader's paper. One
// octet chooses.
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "certify/paper/check.hpp"
#include "scenarios/iut/iut.hpp"
#include "scenarios/runner/case_event.hpp"
#include "scenarios/runner/load.hpp"
#include "scenarios/runner/verdict.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    if (size == 0) return 0;
    const auto text = as_text(ByteView(data + 1, size - 1));
    switch (data[0] % 5) {
        case 0: {
            const auto loaded = scenarios::load_text("family/name.yaml", text);
            if (loaded.cases.empty() && loaded.findings.empty()) std::abort();  // refused, but nobody says why
            break;
        }
        case 1: (void)scenarios::parse_report(text, "report.json"); break;
        case 2: (void)scenarios::parse_trace(text, "trace.jsonl"); break;
        case 3: (void)scenarios::parse_result(text); break;
        default:
            if (const auto paper = certify::read_paper(text, "paper.json")) (void)certify::contradictions(*paper);
            break;
    }
    return 0;
}
