#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/secret.hpp"
#include "scenarios/runner/run_folder.hpp"
#include "scenarios/runner/scenario.hpp"
#include "scenarios/runner/task.hpp"
#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {

/// PoolOptions say what is run and by how many.
struct PoolOptions {
    std::vector<std::string> worker;  ///< command of a worker: a line of JSON for each task in, a packed verdict out
    SecretBytes greeting;             ///< lines that each worker gets before its first task
    int workers = 1;                  ///< cases at once
    int repeat = 1;
    bool fail_fast = false;               ///< after the first failure nothing more is begun; what wasn't is skipped
    std::optional<std::uint64_t> seed;    ///< instead of each case's own
    std::chrono::seconds time_limit{60};  ///< for a case that names none; a worker that exceeds it is killed
    std::chrono::seconds grace{3};        ///< that running cases get after a stop, before they are killed
    int stop = -1;                        ///< descriptor: once it can be read, nothing more is begun
    std::filesystem::path trace_folder;   ///< each run's trace file is left there; empty: nowhere
    std::function<std::string(const Case&, std::uint64_t seed)> again;  ///< the command that repeats one case
};

/// PoolOutcome is what came of all runs; a stop leaves some of them skipped.
struct PoolOutcome {
    std::vector<Verdict> verdicts;  ///< in the order of the cases
    bool stopped = false;
};

/// run_cases runs each case `repeat` times in worker processes and calls `done` with each verdict as it comes. A worker
/// that hangs or dies fails its case, with the trace that it has left in `folder`, and is replaced. Failures: io_failed
/// when no worker can be started, and whatever a worker says that keeps it from running anything.
Result<PoolOutcome> run_cases(const std::vector<Case>& cases, const RunFolder& folder, const PoolOptions& options,
                              const std::function<void(const Verdict&)>& done);

/// trace_name gives the name of a run's trace file, without extension.
std::string trace_name(const std::string& id, int run);

/// pack_unable and unpack_unable carry why a worker can run nothing at all.
std::string pack_unable(const Error& error);
std::optional<Error> unpack_unable(std::string_view line);

}  // namespace rakit::scenarios
