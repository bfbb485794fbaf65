// Files that people write, and reports and traces of others: scenario, report, trace. One octet chooses.
#include <cstdlib>

#include "scenarios/runner/case_event.hpp"
#include "scenarios/runner/load.hpp"
#include "scenarios/runner/verdict.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    if (size == 0) return 0;
    const auto text = as_text(ByteView(data + 1, size - 1));
    switch (data[0] % 3) {
        case 0: {
            const auto loaded = scenarios::load_text("family/name.yaml", text);
            if (loaded.cases.empty() && loaded.findings.empty()) std::abort();  // refused, but nobody says why
            break;
        }
        case 1: (void)scenarios::parse_report(text, "report.json"); break;
        default: (void)scenarios::parse_trace(text, "trace.jsonl"); break;
    }
    return 0;
}
