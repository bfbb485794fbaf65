#include <fcntl.h>
#include <fnmatch.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "cli/catalogue.hpp"
#include "cli/run_progress.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"
#include "scenarios/runner/case_runner.hpp"
#include "scenarios/runner/worker_pool.hpp"

namespace rakit::cli {
namespace {

using scenarios::Case;
using scenarios::Verdict;

struct Options {
    std::vector<std::string> paths;
    std::string depth = "pcsc", iut = "reference", filter, junit, json, trace;
    std::vector<std::string> tags;
    int jobs = 1, repeat = 1, time_limit_s = 60;
    std::optional<std::uint64_t> seed;
    bool fail_fast = false, worker = false;
};

scenarios::RunSettings settings_of(const Options& options) {
    return {scenarios::depth_from_name(options.depth).value_or(scenarios::Depth::pcsc), options.iut, options.trace};
}

/// quoted makes a word safe for a shell.
std::string quoted(const std::string& word) {
    const bool plain = !word.empty() &&
                       word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=") ==
                           std::string::npos;
    if (plain) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

/// work is the hidden life of `rakit run --worker`. Verdicts go to what was standard output; whatever else is printed
/// goes to standard error, so that it can't mix with them.
int work(const Options& options) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    return scenarios::work(settings_of(options), STDIN_FILENO, out);
}

bool chosen(const Case& one, const Options& options) {
    if (!options.filter.empty() && ::fnmatch(options.filter.c_str(), one.id.c_str(), 0) != 0) return false;
    return std::all_of(options.tags.begin(), options.tags.end(), [&](const std::string& tag) {
        return std::find(one.tags.begin(), one.tags.end(), tag) != one.tags.end();
    });
}

scenarios::PoolOptions pool_options(const Options& options) {
    scenarios::PoolOptions pool;
    pool.worker = {own_binary(), "run", "--worker", "--depth", options.depth, "--iut", options.iut};
    if (!options.trace.empty()) pool.worker.insert(pool.worker.end(), {"--trace", options.trace});
    pool.jobs = options.jobs;
    pool.repeat = options.repeat;
    pool.fail_fast = options.fail_fast;
    pool.seed = options.seed;
    pool.time_limit = std::chrono::seconds(options.time_limit_s);
    pool.again = [options](const Case& one, std::uint64_t seed) {
        std::string command = "rakit run " + quoted(one.file) + " --filter " + quoted(one.id) + " --depth " +
                              options.depth + " --seed " + std::to_string(seed);
        if (options.iut != "reference") command += " --iut " + quoted(options.iut);
        return command;
    };
    return pool;
}

Result<void> write_reports(const Options& options, const scenarios::RunInfo& info,
                           const std::vector<Verdict>& verdicts) {
    if (!options.junit.empty())
        if (auto done = write_file_atomically(options.junit, as_bytes(scenarios::to_junit(info, verdicts))); !done)
            return done;
    if (!options.json.empty()) return write_file_atomically(options.json, as_bytes(scenarios::to_json(info, verdicts)));
    return {};
}

int run(const Options& options) {
    auto cases = load_catalogue(options.paths);
    if (!cases) return report(cases.error(), kNotTried);
    std::erase_if(*cases, [&](const Case& one) { return !chosen(one, options); });
    if (cases->empty())
        return report(
            {ErrorCode::usage, "no case is chosen by --filter and --tag", {}, {}, "see rakit scenario list", {}},
            kNotTried);
    std::error_code problem;
    if (!options.trace.empty() && (std::filesystem::create_directories(options.trace, problem), problem))
        return report({ErrorCode::file_unwritable, problem.message(), {}, options.trace, {}, {}}, kNotTried);
    const auto begun = std::chrono::steady_clock::now();
    Progress progress(cases->size() * static_cast<std::size_t>(options.repeat), ::isatty(STDOUT_FILENO) == 1);
    auto verdicts =
        scenarios::run_cases(*cases, pool_options(options), [&](const Verdict& one) { progress.show(one); });
    progress.finish();
    if (!verdicts) return report(verdicts.error(), kNotTried);
    const scenarios::RunInfo info{
        options.depth, options.iut,
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun)};
    if (auto done = write_reports(options, info, *verdicts); !done) return report(done.error(), kNotTried);
    const auto differing = scenarios::unstable(*verdicts);
    for (const auto& id : differing) std::printf("not the same in all runs: %s\n", id.c_str());
    const auto totals = scenarios::count(*verdicts);
    std::printf("%s\n", scenarios::summary(totals).c_str());
    return totals.failed > 0 || !differing.empty() ? kFailed : kDone;
}

}  // namespace

void add_run(CLI::App& app, Verb& verb) {
    auto* run_app =
        app.add_subcommand("run",
                           "run scenarios: updates of virtual cards against a mock CM host, judged by their outcome\n"
                           "Example: rakit run --depth inproc --filter 'tc/*' --junit report.xml");
    const auto options = std::make_shared<Options>();
    run_app->add_option("PATH", options->paths, "scenario files and folders; the catalogue if none is given");
    run_app->add_option("--depth", options->depth, "what lies between RA, card and CM")
        ->check(CLI::IsMember({"inproc", "wire", "pcsc"}))
        ->capture_default_str();
    run_app->add_option("--jobs", options->jobs, "how many workers, each with its own pcscd")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    run_app->add_option("--filter", options->filter, "only cases whose id matches this glob");
    run_app->add_option("--tag", options->tags, "only cases with this tag (all of them, if repeated)");
    run_app->add_option("--repeat", options->repeat, "run each case so often")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    run_app->add_option("--seed", options->seed, "instead of each case's own")->check(whole_number);
    run_app->add_flag("--fail-fast", options->fail_fast, "begin nothing more after the first failure");
    run_app->add_option("--iut", options->iut, "the RA under test: reference, or exec:COMMAND (docs/formats/iut.md)")
        ->capture_default_str();
    run_app->add_option("--junit", options->junit, "write JUnit XML");
    run_app->add_option("--json", options->json, "write JSON (docs/formats/report.md)");
    run_app->add_option("--trace", options->trace, "write each case's trace into this folder");
    run_app->add_option("--time-limit", options->time_limit_s, "seconds for a case that names none")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    run_app->add_flag("--worker", options->worker)->group("");
    run_app->callback([options, &verb] { verb.status = options->worker ? work(*options) : run(*options); });
}

}  // namespace rakit::cli
