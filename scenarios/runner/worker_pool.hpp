#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/runner/scenario.hpp"
#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {

/// PoolOptions say what is run and by how many.
struct PoolOptions {
    std::vector<std::string> worker;  ///< command of a worker: a line of JSON for each task in, a packed verdict out
    int jobs = 1;
    int repeat = 1;
    bool fail_fast = false;               ///< after the first failure nothing more is begun; what wasn't is skipped
    std::optional<std::uint64_t> seed;    ///< instead of each case's own
    std::chrono::seconds time_limit{60};  ///< for a case that names none; a worker that exceeds it is killed
    std::function<std::string(const Case&, std::uint64_t seed)> again;  ///< the command that repeats one case
};

/// run_cases runs each case `repeat` times in worker processes and calls `done` with each verdict as it comes. A worker
/// that hangs or dies fails its case and is replaced. The verdicts come back in the order of the cases. Failures:
/// io_failed when no worker can be started, and whatever a worker says that keeps it from running anything.
Result<std::vector<Verdict>> run_cases(const std::vector<Case>& cases, const PoolOptions& options,
                                       const std::function<void(const Verdict&)>& done);

/// Task is what a worker is told to run.
struct Task {
    std::string file;
    std::string id;
    int run = 1;
    std::uint64_t seed = 1;
};
std::string pack(const Task& task);
Result<Task> unpack_task(std::string_view line);

/// pack_unable and unpack_unable carry why a worker can run nothing at all.
std::string pack_unable(const Error& error);
std::optional<Error> unpack_unable(std::string_view line);

}  // namespace rakit::scenarios
