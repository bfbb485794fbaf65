#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "cli/catalogue.hpp"
#include "cli/person.hpp"
#include "cli/real_card_options.hpp"
#include "cli/report_files.hpp"
#include "cli/run_progress.hpp"
#include "cli/stop_signal.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"
#include "scenarios/runner/case_runner.hpp"
#include "scenarios/runner/choice.hpp"
#include "scenarios/runner/worker_pool.hpp"

namespace rakit::cli {
namespace {

using scenarios::Case;
using scenarios::Verdict;

struct Options {
    std::vector<std::string> paths;
    std::string depth = "pcsc", iut = "reference", shard, trace, scratch;
    ReportFiles reports;
    RealCardOptions card;
    std::vector<std::string> filters, tags;
    int jobs = 1, repeat = 1, time_limit_s = 60;
    std::optional<std::uint64_t> seed;
    bool fail_fast = false, worker = false, octets = false;
};

scenarios::RunSettings settings_of(const Options& options) {
    return {scenarios::depth_from_name(options.depth).value_or(scenarios::Depth::pcsc), options.iut, options.octets,
            options.scratch, scenarios::RunFolder::keys(options.scratch)};
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
    // What an RA under test leaves in its temporary folder goes with the run.
    ::setenv("TMPDIR", options.scratch.c_str(), 1);
    const int out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    if (options.depth != "reader") return scenarios::work(settings_of(options), STDIN_FILENO, out);
    auto terms = terms_from(STDIN_FILENO);
    if (!terms) return report(terms.error(), kNotTried);
    return scenarios::work(settings_of(options), STDIN_FILENO, out, *std::move(terms));
}

/// choose keeps the cases of this shard that meet the filters, each with its place among all that do.
Result<scenarios::Shard> choose(std::vector<Case>& cases, const Options& options) {
    auto filters = options.filters;
    for (const auto& tag : options.tags) filters.push_back("tag:" + tag);
    std::erase_if(cases, [&](const Case& one) { return !scenarios::chosen(one, filters); });
    if (cases.empty())
        return fail(ErrorCode::usage, "no case is chosen by --filter and --tag", {}, "see rakit scenario list");
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
    auto shard =
        options.shard.empty() ? scenarios::shard_of_environment(variable) : scenarios::parse_shard(options.shard);
    if (!shard) return shard;
    for (std::size_t i = 0; i < cases.size(); ++i) cases[i].position = static_cast<int>(i);
    std::erase_if(cases,
                  [&](const Case& one) { return !scenarios::belongs(static_cast<std::size_t>(one.position), *shard); });
    if (options.depth == "reader") scenarios::unchanged_first(cases);
    return shard;
}

/// workers_of gives how many cases are under way at once. At pcsc a case is idle five sixths of its time, until pcscd
/// looks for cards (every 400 ms): three to a job share the waiting, and don't yet fill a core. Somebody else's RA may
/// not bear to run beside itself, and a person can't.
int workers_of(const Options& options) {
    constexpr int kSharingTheWait = 3;
    return options.depth == "pcsc" && options.iut == "reference" ? options.jobs * kSharingTheWait : options.jobs;
}

scenarios::PoolOptions pool_options(const Options& options, const std::filesystem::path& scratch, int stop) {
    scenarios::PoolOptions pool;
    pool.worker = {own_binary(), "run",       "--worker",  "--depth",       options.depth,
                   "--iut",      options.iut, "--scratch", scratch.string()};
    if (!options.trace.empty()) pool.worker.emplace_back("--octets");
    pool.trace_folder = options.trace;
    pool.stop = stop;
    pool.workers = workers_of(options);
    pool.repeat = options.repeat;
    pool.fail_fast = options.fail_fast;
    pool.seed = options.seed;
    // A person reads, thinks and clicks.
    constexpr int kManualFactor = 15;
    pool.time_limit = std::chrono::seconds(options.time_limit_s * (options.iut == "manual" ? kManualFactor : 1));
    pool.again = [options](const Case& one, std::uint64_t seed) {
        std::string command = "rakit run " + quoted(one.file) + " --filter " + quoted(one.id) + " --depth " +
                              options.depth + " --seed " + std::to_string(seed);
        if (options.iut != "reference") command += " --iut " + quoted(options.iut);
        if (!options.card.reader.empty()) command += " --reader " + quoted(options.card.reader);
        if (!options.card.slot.empty()) command += " --slot-of " + quoted(options.card.slot);
        return command;
    };
    return pool;
}

/// write_captures makes text and pcapng of each trace that was wished for.
Result<void> write_captures(const std::filesystem::path& folder, const std::vector<Verdict>& verdicts) {
    for (const auto& one : verdicts) {
        const auto file = folder / scenarios::trace_name(one.id, one.run);
        const auto text = read_file(file.string() + ".jsonl");
        if (!text) continue;  // a case that was skipped
        const auto trace = scenarios::parse_trace(as_text(*text), file.string() + ".jsonl");
        if (!trace) continue;  // killed before its first line was whole; what there is, is there
        const auto words = scenarios::to_text(*trace);
        if (auto done = write_file_atomically(file.string() + ".txt", as_bytes(words)); !done) return done;
        if (auto done = write_file_atomically(file.string() + ".pcapng", scenarios::to_pcapng(*trace)); !done)
            return done;
    }
    return {};
}

/// check_depth: one card is in one reader, and a reader is meant at one depth.
Result<void> check_depth(const Options& options) {
    if (options.depth != "reader") {
        if (!options.card.any()) return {};
        return fail(ErrorCode::usage,
                    "--reader, --pin-fd, --slot-of and --yes-write-real-card are for a card in a real reader",
                    "--depth " + options.depth, "use --depth reader");
    }
    if (options.card.reader.empty())
        return fail(ErrorCode::usage, "in which reader is the card?", "--depth reader", "give --reader NAME");
    if (options.jobs != 1)
        return fail(ErrorCode::usage, "one card serves one worker", "--jobs " + std::to_string(options.jobs),
                    "leave --jobs out at --depth reader");
    return {};
}

/// prepare looks at everything that could go wrong later, before the first case.
Result<std::vector<scenarios::Kill>> prepare(const Options& options) {
    std::error_code problem;
    if (!options.trace.empty() && (std::filesystem::create_directories(options.trace, problem), problem))
        return fail(ErrorCode::file_unwritable, problem.message(), options.trace);
    return read_kill_matrix(options.reports.kill_matrix);
}

/// greeting is what a worker is told first: nothing, but of a card in a real reader.
Result<SecretBytes> greeting(const Options& options) {
    if (options.depth != "reader") return SecretBytes();
    const auto terms = agree_on_card(options.card, options.iut != "manual");
    if (!terms) return Unexpected{Error(terms.error())};
    return scenarios::pack(*terms);
}

Result<scenarios::Report> run_all(const Options& options, const std::vector<Case>& cases, scenarios::Shard shard) {
    auto greeted = greeting(options);
    if (!greeted) return Unexpected{std::move(greeted).error()};
    const auto temporary = std::filesystem::temp_directory_path();
    scenarios::sweep(temporary);
    auto folder = scenarios::RunFolder::make(temporary);
    if (!folder) return Unexpected{std::move(folder).error()};
    if (auto good = cards_can_be_made(cases, scenarios::RunFolder::keys(folder->path())); !good)
        return Unexpected{std::move(good).error()};
    const StopSignal stop;
    std::unique_ptr<PersonServer> person;
    if (options.iut == "manual") {
        auto started = PersonServer::start(folder->path() / scenarios::kPersonSocket);
        if (!started) return Unexpected{std::move(started).error()};
        person = std::move(*started);
    }
    const auto begun = std::chrono::steady_clock::now();
    Progress progress(cases.size() * static_cast<std::size_t>(options.repeat), ::isatty(STDOUT_FILENO) == 1);
    auto pool = pool_options(options, folder->path(), stop.descriptor());
    pool.greeting = *std::move(greeted);
    auto outcome = scenarios::run_cases(cases, *folder, pool, [&](const Verdict& one) { progress.show(one); });
    progress.finish();
    give_back(options.card);
    if (!outcome) return Unexpected{std::move(outcome).error()};
    const auto took = std::chrono::steady_clock::now() - begun;
    return scenarios::Report{{options.depth, options.iut, std::chrono::duration_cast<std::chrono::milliseconds>(took),
                              shard, outcome->stopped},
                             std::move(outcome->verdicts)};
}

int run(const Options& options) {
    if (auto fits = check_depth(options); !fits) return report(fits.error(), kNotTried);
    auto cases = load_catalogue(options.paths);
    if (!cases) return report(cases.error(), kNotTried);
    const auto shard = choose(*cases, options);
    if (!shard) return report(shard.error(), kNotTried);
    const auto kills = prepare(options);
    if (!kills) return report(kills.error(), kNotTried);
    const auto whole = run_all(options, *cases, *shard);
    if (!whole) return report(whole.error(), kNotTried);
    if (!options.trace.empty())
        if (auto done = write_captures(options.trace, whole->verdicts); !done) return report(done.error(), kNotTried);
    if (auto done = write_reports(options.reports, *whole, *kills); !done) return report(done.error(), kNotTried);
    tell_ci(*whole);
    return conclude(*whole);
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
        ->check(CLI::IsMember({"inproc", "wire", "pcsc", "reader"}))
        ->capture_default_str();
    run_app
        ->add_option(
            "--jobs", options->jobs,
            "how many cases work at once; of the reference at depth pcsc two more each wait for pcscd meanwhile")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    run_app->add_option("--shard", options->shard,
                        "I/N: this part of the cases; else as GTEST_SHARD_INDEX, CI_NODE_INDEX or "
                        "JOB_COMPLETION_INDEX say, if set");
    run_app->add_option("--filter", options->filters,
                        "only cases whose id matches this glob, or tag:T, code:C (an error code expected); !F turns "
                        "one round (all of them, if repeated)");
    run_app->add_option("--tag", options->tags, "only cases with this tag (all of them, if repeated)");
    run_app->add_option("--repeat", options->repeat, "run each case so often")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    run_app->add_option("--seed", options->seed, "instead of each case's own")->check(whole_number);
    run_app->add_flag("--fail-fast", options->fail_fast, "begin nothing more after the first failure");
    run_app
        ->add_option(
            "--iut", options->iut,
            "the RA under test: reference, exec:COMMAND, or manual: one that you work yourself (docs/formats/iut.md)")
        ->capture_default_str();
    add_real_card_options(*run_app, options->card);
    add_report_options(*run_app, options->reports);
    run_app->add_option("--trace", options->trace,
                        "write each case's trace into this folder: text, JSON lines, pcapng (docs/formats/trace.md)");
    run_app
        ->add_option("--time-limit", options->time_limit_s,
                     "seconds for a case that names none; 15 times as many for --iut manual")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    run_app->add_flag("--worker", options->worker)->group("");
    run_app->add_flag("--octets", options->octets)->group("");
    run_app->add_option("--scratch", options->scratch)->group("");
    run_app->callback([options, &verb] { verb.status = options->worker ? work(*options) : run(*options); });
}

}  // namespace rakit::cli
