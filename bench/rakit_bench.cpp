#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "bench/ratios.hpp"
#include "bench/roads.hpp"

namespace rakit::bench {
namespace {

constexpr int kRepetitions = 20;
constexpr int kSlowIterations = 10;

void round_trip(benchmark::State& state, const Road& road) {
    for (auto _ : state)
        if (!road.transmit()) {
            state.SkipWithError("the card is gone or refuses");
            return;
        }
    state.SetItemsProcessed(state.iterations());
}

void add(const std::vector<Road>& roads) {
    for (const auto& road : roads) {
        auto* added = benchmark::RegisterBenchmark(road.name.c_str(),
                                                   [road](benchmark::State& state) { round_trip(state, road); });
        added->UseRealTime()->Unit(benchmark::kMicrosecond)->Repetitions(kRepetitions);
        if (road.slow) added->Iterations(kSlowIterations)->Repetitions(1);
    }
}

/// Collector prints as usual and keeps each repetition.
class Collector final : public benchmark::ConsoleReporter {
public:
    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const auto& run : runs) {
            x_failed = x_failed || run.error_occurred;
            if (run.run_type == Run::RT_Iteration && !run.error_occurred)
                x_samples[run.run_name.function_name].push_back(run.real_accumulated_time /
                                                                static_cast<double>(run.iterations) * 1e9);
        }
    }
    const Samples& samples() const { return x_samples; }
    bool failed() const { return x_failed; }

private:
    Samples x_samples;
    bool x_failed = false;
};

/// Options are ours, besides Google Benchmark's.
struct Options {
    std::string ratios_file;  ///< --ratios=FILE: the table as JSON
    bool check = false;       ///< --check: exit 1 when our card is under the target at depth pcsc
};

Options take_options(int& argc, char** argv) {
    constexpr const char* kRatios = "--ratios=";
    Options options;
    int kept = 1;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--check") == 0) {
            options.check = true;
        } else if (std::strncmp(argv[i], kRatios, std::strlen(kRatios)) == 0) {
            options.ratios_file = argv[i] + std::strlen(kRatios);
        } else {
            argv[kept++] = argv[i];
        }
    }
    argc = kept;
    return options;
}

int run(const Options& options) {
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector);
    const auto rows = ratios(collector.samples());
    std::printf("\n%s", to_table(rows).c_str());
    if (!options.ratios_file.empty() && !(std::ofstream(options.ratios_file) << to_json(rows, collector.samples()))) {
        std::fprintf(stderr, "rakit_bench: can't write %s\n", options.ratios_file.c_str());
        return 2;
    }
    bool reached = !collector.failed();
    for (const auto& row : rows) {
        reached = reached && (row.depth != "pcsc" || row.card_to_null() >= kTarget);
        reached = reached && (row.vicc_rate == 0 || row.vicc_factor() >= kViccTarget);
    }
    return options.check && !reached ? 1 : 0;
}

}  // namespace
}  // namespace rakit::bench

int main(int argc, char** argv) {
    using namespace rakit::bench;
    const auto options = take_options(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    try {
        add(in_process_roads());
        add(wire_roads());
        add(pcsc_roads());
        const int status = run(options);
        benchmark::Shutdown();
        return status;
    } catch (const std::runtime_error& problem) {
        std::fprintf(stderr, "rakit_bench: %s\n", problem.what());
        return 2;
    }
}
