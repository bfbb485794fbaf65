// rakit_tear: each update scenario is done again and again, each time with another of its APDUs, or of its requests to
// the CM, disturbed, and resumed.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "common/base/descriptor.hpp"
#include "common/base/file.hpp"
#include "scenarios/runner/case_run.hpp"
#include "scenarios/runner/choice.hpp"
#include "scenarios/runner/judge.hpp"
#include "scenarios/runner/load.hpp"
#include "tests/sweeps/tear/points.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

struct Options {
    std::vector<std::string> paths{"scenarios/catalog"};
    std::vector<std::string> filters;
    std::size_t every = 1;
    std::size_t jobs = 1;
    std::string json;
    std::string of = "card";
};

/// Ran is a case that was run.
struct Ran {
    Observation seen;
    std::vector<Mismatch> at_printer;  ///< of where printer and card are
    std::vector<CaseEvent> trace;
};

/// Bench runs cases in this process, one after another.
class Bench {
public:
    Bench(std::unique_ptr<Station> station, cm::Hierarchy hierarchy)
        : x_station(std::move(station)),
          x_hierarchy(std::move(hierarchy)),
          x_cards(x_hierarchy),
          x_officers(x_hierarchy) {}

    static Result<std::unique_ptr<Bench>> make() {
        auto station = make_station(Depth::inproc, "/tmp");
        if (!station) return Unexpected{std::move(station).error()};
        auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
        if (!hierarchy) return Unexpected{std::move(hierarchy).error()};
        return std::make_unique<Bench>(std::move(*station), std::move(*hierarchy));
    }

    Result<Ran> run(const Case& one) {
        const CaseTraceFile head{one.id, "inproc", "reference", 1, one.seed, {}};
        CaseRun run({Depth::inproc, x_iut, x_calls, *x_station, x_hierarchy, x_cards, x_officers, x_scratch, {}}, one,
                    head);
        Ran ran;
        auto seen = run.run(ran.trace);
        if (!seen) return Unexpected{std::move(seen).error()};
        ran.seen = std::move(*seen);
        ran.at_printer = run.printer_mismatches();
        return ran;
    }

private:
    std::string x_iut = "reference";
    ReferenceCalls x_calls;
    std::filesystem::path x_scratch = "/tmp";
    std::unique_ptr<Station> x_station;
    cm::Hierarchy x_hierarchy;
    CardMaker x_cards;
    MadeOfficers x_officers;
};

/// Swept is a case with what its undisturbed run came to.
struct Swept {
    Case one;
    Observation whole;
    std::vector<Point> points;
};

Result<std::vector<Swept>> swept_cases(Bench& bench, const Options& options) {
    const auto loaded = load_paths({options.paths.begin(), options.paths.end()});
    if (!loaded) return fail(loaded.error());
    if (!loaded->findings.empty())
        return fail(ErrorCode::document_invalid, "the scenarios have findings", {}, "rakit scenario check lists them");
    std::vector<Swept> all;
    for (const auto& one : loaded->cases) {
        if (!chosen(one, options.filters) || !can_be_swept(one)) continue;
        auto whole = bench.run(one);
        if (!whole) return Unexpected{std::move(whole).error().in(one.id)};
        if (!judge(one.expect, whole->seen).empty() || !whole->at_printer.empty())
            return fail(ErrorCode::unsupported, one.id + " doesn't pass undisturbed", {},
                        "rakit run --filter " + one.id);
        all.push_back(
            {one, std::move(whole->seen), options.of == "card" ? card_points(whole->trace) : cm_points(whole->trace)});
    }
    return all;
}

json point_to_json(const Swept& swept, const Point& point, const Result<Ran>& ran) {
    json out{{"case", swept.one.id}, {"kind", point.kind}, {"nth", point.nth}, {"of", point.of}};
    if (!ran) {
        out["came"] = "LOST";
        out["what"] = {"it could not be run: " + to_string(ran.error())};
        return out;
    }
    const auto results = std::ranges::count(ran->trace, "result", &CaseEvent::kind);
    const auto outcome = judge_point(swept.one, point, swept.whole, ran->seen, ran->at_printer, results > 1);
    out["came"] = outcome.came;
    out["first"] = ran->seen.first_result.value_or("");
    for (const auto& one : outcome.mismatches)
        out["what"].push_back(one.what + ": expected " + one.expected + ", seen " + one.seen);
    return out;
}

/// sweep does one worker's share: of every `every`-th point, each `jobs`-th. A line of JSON for each.
void sweep(Bench& bench, const std::vector<Swept>& cases, const Options& options, std::size_t worker, int out) {
    std::size_t number = 0;
    for (const auto& swept : cases) {
        for (const auto& point : swept.points) {
            const auto index = number++;
            if (index % options.every != 0 || index / options.every % options.jobs != worker) continue;
            const auto ran = bench.run(disturbed(swept.one, point));
            const auto line = point_to_json(swept, point, ran).dump() + "\n";
            if (!write_all(out, as_bytes(line))) return;
        }
    }
}

/// Tally counts outcomes by kind, keeps what was lost, and shows how far it is on a terminal.
class Tally {
public:
    explicit Tally(std::size_t all) : x_all(all), x_show(::isatty(2) == 1) {}

    void line(const std::string& text) {
        const auto point = json::parse(text);
        const std::string kind = point.at("kind").get<std::string>().substr(0, 16), came = point.at("came");
        ++x_counts[kind][came];
        ++x_done;
        if (came == "LOST") x_lost.push_back(point);
        if (x_show && (x_done % 50 == 0 || x_done == x_all))
            std::fprintf(stderr, "\r%zu of %zu points, %zu lost", x_done, x_all, x_lost.size());
    }

    /// report prints the table; true if nothing was lost and no point is missing.
    bool report(std::size_t cases, const std::string& file) const {
        if (x_show) std::fprintf(stderr, "\n");
        std::printf("%-16s %10s %12s %10s %8s\n", "disturbance", "not begun", "went through", "resumed", "LOST");
        for (const auto& [kind, counts] : x_counts)
            std::printf("%-16s %10d %12d %10d %8d\n", kind.c_str(), of(counts, "not begun"), of(counts, "went through"),
                        of(counts, "resumed"), of(counts, "LOST"));
        for (std::size_t i = 0; i < x_lost.size() && i < 20; ++i) std::printf("LOST %s\n", x_lost[i].dump().c_str());
        std::printf("%zu points of %zu in %zu updates, %zu lost\n", x_done, x_all, cases, x_lost.size());
        const json out{{"points", x_done}, {"updates", cases}, {"counts", x_counts}, {"lost", x_lost}};
        if (!file.empty() && !write_file_atomically(file, as_bytes(out.dump(2)))) return false;
        return x_lost.empty() && x_done == x_all;
    }

private:
    static int of(const std::map<std::string, int>& counts, const std::string& came) {
        const auto found = counts.find(came);
        return found == counts.end() ? 0 : found->second;
    }

    std::size_t x_all, x_done = 0;
    bool x_show;
    std::map<std::string, std::map<std::string, int>> x_counts;
    std::vector<json> x_lost;
};

/// gather reads the workers' lines until all have ended.
void gather(std::vector<Descriptor>& workers, Tally& tally) {
    std::vector<std::string> rest(workers.size());
    for (std::size_t open = workers.size(); open > 0;) {
        std::vector<pollfd> ready;
        for (const auto& worker : workers) ready.push_back({worker.get(), POLLIN, 0});
        if (::poll(ready.data(), ready.size(), -1) < 0) continue;
        for (std::size_t i = 0; i < workers.size(); ++i) {
            if (ready[i].revents == 0) continue;
            char buffer[4096];
            const auto count = ::read(workers[i].get(), buffer, sizeof buffer);
            if (count <= 0) {
                workers[i] = Descriptor();
                --open;
                continue;
            }
            rest[i].append(buffer, static_cast<std::size_t>(count));
            for (auto end = rest[i].find('\n'); end != std::string::npos; end = rest[i].find('\n')) {
                tally.line(rest[i].substr(0, end));
                rest[i].erase(0, end + 1);
            }
        }
    }
}

int run(const Options& options) {
    auto bench = Bench::make();
    if (!bench) return std::fprintf(stderr, "rakit_tear: %s\n", to_string(bench.error()).c_str()), 2;
    const auto cases = swept_cases(**bench, options);
    if (!cases) return std::fprintf(stderr, "rakit_tear: %s\n", to_string(cases.error()).c_str()), 2;
    std::size_t points = 0;
    for (const auto& swept : *cases) points += swept.points.size();
    Tally tally((points + options.every - 1) / options.every);
    std::vector<Descriptor> workers;
    for (std::size_t worker = 0; worker < options.jobs; ++worker) {
        int ends[2];
        if (::pipe(ends) != 0) return std::perror("rakit_tear: pipe"), 2;
        if (::fork() == 0) {
            ::close(ends[0]);
            sweep(**bench, *cases, options, worker, ends[1]);
            std::fflush(stdout);
            ::_exit(0);
        }
        ::close(ends[1]);
        workers.emplace_back(ends[0]);
    }
    gather(workers, tally);
    while (::wait(nullptr) > 0) {
    }
    return tally.report(cases->size(), options.json) ? 0 : 1;
}

}  // namespace
}  // namespace rakit::scenarios

int main(int argc, char** argv) {
    CLI::App app("disturbs each APDU, or each request to the CM, of each update scenario in turn, resumes, and judges");
    rakit::scenarios::Options options;
    app.add_option("PATH", options.paths, "scenarios (default: scenarios/catalog)");
    app.add_option("--filter", options.filters, "as for rakit run");
    app.add_option("--of", options.of, "whose exchanges: card (APDUs; the default) or cm (HTTP)")
        ->check(CLI::IsMember({"card", "cm"}));
    app.add_option("--every", options.every, "only each N-th point")->check(CLI::PositiveNumber);
    app.add_option("--jobs", options.jobs, "processes side by side")->check(CLI::PositiveNumber);
    app.add_option("--json", options.json, "where the counts are written");
    CLI11_PARSE(app, argc, argv);
    return rakit::scenarios::run(options);
}
