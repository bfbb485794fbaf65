#include "cli/certify_update.hpp"

#include <algorithm>
#include <filesystem>

#include "cli/catalogue.hpp"
#include "cli/stop_signal.hpp"
#include "scenarios/runner/choice.hpp"
#include "scenarios/runner/run_folder.hpp"
#include "scenarios/runner/worker_pool.hpp"

namespace rakit::cli {
namespace {

constexpr const char* kQuick = "tc/*";

Result<certify::UpdateRun> run_cases_of(std::vector<scenarios::Case> cases) {
    auto folder = scenarios::RunFolder::make(std::filesystem::temp_directory_path());
    if (!folder) return Unexpected{std::move(folder).error()};
    const StopSignal stop;
    scenarios::PoolOptions pool;
    pool.worker = {own_binary(),           "run", "--worker", "--depth", "pcsc", "--iut", "reference", "--scratch",
                   folder->path().string()};
    pool.stop = stop.descriptor();
    pool.again = [](const scenarios::Case& one, std::uint64_t) { return "rakit run --filter '" + one.id + "'"; };
    auto outcome = scenarios::run_cases(cases, *folder, pool, [](const scenarios::Verdict&) {});
    if (!outcome) return Unexpected{std::move(outcome).error()};
    certify::UpdateRun update;
    for (const auto& one : outcome->verdicts) {
        const bool failed = one.status == scenarios::Status::failed;
        ++(failed ? update.failed : one.status == scenarios::Status::passed ? update.passed : update.skipped);
        if (failed) update.failures.push_back(one.id + " failed" + (one.problem.empty() ? "" : ": " + one.problem));
    }
    return update;
}

}  // namespace

Result<certify::UpdateRun> run_updates(const std::string& kind, bool quick) {
    certify::UpdateRun update;
    update.wanted = true;
    if (kind != name(certify::ReaderKind::vpcd)) {
        update.not_applicable =
            "the scenarios make each card's state before they begin, at readers of vpcd's driver: on another reader, "
            "update a card by hand (docs/update.md) and judge what came of it";
        return update;
    }
    auto cases = load_catalogue({});
    if (!cases) return Unexpected{std::move(cases).error()};
    if (quick) std::erase_if(*cases, [](const auto& one) { return !scenarios::chosen(one, {kQuick}); });
    auto ran = run_cases_of(std::move(*cases));
    if (!ran) return ran;
    ran->wanted = true;
    ran->where = std::string("at readers of the same driver in private services, ") +
                 (quick ? "the scenarios 'tc/*'" : "the whole catalogue");
    return ran;
}

}  // namespace rakit::cli
