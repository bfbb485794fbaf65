#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "common/base/file.hpp"
#include "scenarios/iut/child_process.hpp"
#include "scenarios/runner/case_runner.hpp"
#include "scenarios/runner/load.hpp"
#include "tests/bad_ra/matrix.hpp"

// rakit_bad_ra: the kill matrix (docs/formats/report.md).
namespace rakit::bad_ra {
namespace {

struct Options {
    std::vector<std::string> paths{"scenarios/catalog"}, only;
    std::string depth = "inproc", scratch = "/tmp", json, page;
    int jobs = 1;
    bool quick = false, all_rows = false, worker = false;
};

int complain(const Error& error) {
    std::fprintf(stderr, "rakit_bad_ra: %s\n", to_string(error).c_str());
    return 2;
}

/// Worker runs tasks, each with the RA that its id names.
class Worker {
public:
    explicit Worker(const Options& options) : x_depth(*scenarios::depth_from_name(options.depth)) {
        for (const auto& one : deviations()) x_calls.emplace(one.id, calls(one));
        x_calls.emplace("", scenarios::ReferenceCalls{});
        x_settings.depth = x_depth;
        x_settings.scratch = options.scratch;
        x_settings.shared_keys = scenarios::RunFolder::keys(options.scratch);
        x_settings.reference.update = [this](UpdatePorts& ports, const UpdateRequest& request) {
            return x_now->update(ports, request);
        };
        x_settings.reference.resume = [this](UpdatePorts& ports) { return x_now->resume(ports); };
        x_settings.reference.exchange = [this](auto inner) { return x_now->exchange(std::move(inner)); };
    }

    int work(int in, int out) {
        auto runner = scenarios::CaseRunner::make(x_settings);
        if (!runner) {
            (void)scenarios::write_all(out, scenarios::pack_unable(runner.error()) + "\n").has_value();
            return 2;
        }
        scenarios::LineReader lines;
        bool heard = true;
        while (heard && lines.read(in, [&](const std::string& line) {
            const auto task = scenarios::unpack_task(line);
            heard = task && scenarios::write_all(out, scenarios::pack(run(**runner, *task)) + "\n").has_value();
        })) {
        }
        return 0;
    }

private:
    scenarios::Verdict run(scenarios::CaseRunner& runner, const scenarios::Task& task) {
        const auto [deviation, id] = split_task_id(task.id);
        scenarios::Verdict verdict;
        verdict.problem = "the scenario is no longer there";
        x_now = &x_calls.at(deviation);
        for (const auto& one : file(task.file))
            if (one.id == id) verdict = runner.run(one, task);
        verdict.id = task.id;
        return verdict;
    }

    const std::vector<scenarios::Case>& file(const std::string& path) {
        auto& cases = x_files[path];
        if (cases.empty())
            if (auto loaded = scenarios::load_paths({path})) cases = std::move(loaded->cases);
        return cases;
    }

    scenarios::Depth x_depth;
    scenarios::RunSettings x_settings;
    std::map<std::string, scenarios::ReferenceCalls> x_calls;
    const scenarios::ReferenceCalls* x_now = nullptr;
    std::map<std::string, std::vector<scenarios::Case>> x_files;
};

int work(const Options& options) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    return Worker(options).work(STDIN_FILENO, out);
}

std::string first_of(const std::vector<std::string>& words) {
    constexpr std::size_t kShown = 3;
    std::string text;
    for (std::size_t i = 0; i < words.size() && i < kShown; ++i) text += (i == 0 ? "" : ", ") + words[i];
    return words.size() > kShown ? text + ", and " + std::to_string(words.size() - kShown) + " more" : text;
}

/// add_unused: a way to be wrong that no scenario asks for is tested by nobody.
void add_unused(Matrix& matrix, const std::vector<scenarios::Case>& cases) {
    for (auto& one : fault_kills(cases)) {
        if (one.caught_by.empty())
            matrix.findings.push_back("no scenario makes use of the " + one.kind + " fault " + one.name);
        matrix.kills.push_back(std::move(one));
    }
}

int conclude(const Matrix& matrix, const Options& options) {
    for (const auto& one : matrix.kills)
        std::printf("%-4s %-40s %s\n", one.kind.c_str(), one.name.c_str(),
                    one.caught_by.empty() ? "SURVIVES" : first_of(one.caught_by).c_str());
    if (!matrix.idle.empty())
        std::printf("%zu scenarios catch none of them: %s\n", matrix.idle.size(), first_of(matrix.idle).c_str());
    for (const auto& one : matrix.findings) std::printf("%s\n", one.c_str());
    std::printf("kill matrix: %zu ways to be wrong, %zu findings\n", matrix.kills.size(), matrix.findings.size());
    if (!options.json.empty())
        if (auto done = write_file_atomically(options.json, as_bytes(to_json(matrix.kills))); !done)
            return complain(done.error());
    return matrix.findings.empty() ? 0 : 1;
}

int run(const Options& options) {
    auto loaded = scenarios::load_paths({options.paths.begin(), options.paths.end()});
    if (!loaded) return complain(loaded.error());
    if (!loaded->findings.empty()) return complain(document::failure(loaded->findings));
    auto folder = scenarios::RunFolder::make(std::filesystem::temp_directory_path());
    if (!folder) return complain(folder.error());
    MatrixOptions how{options.quick,
                      options.all_rows || !options.only.empty(),
                      {options.only.begin(), options.only.end()},
                      options.jobs,
                      {}};
    how.worker = {std::filesystem::read_symlink("/proc/self/exe"), "--worker", "--scratch", folder->path()};
    auto matrix = make_matrix(loaded->cases, *folder, how);
    if (!matrix) return complain(matrix.error());
    if (options.only.empty()) add_unused(*matrix, loaded->cases);
    return conclude(*matrix, options);
}

/// check_page compares the page in docs with what the deviations say.
int check_page(const std::string& file) {
    const auto page = read_file(file);
    if (page && as_text(*page) == to_page(deviations())) return 0;
    std::fprintf(stderr, "%s is not what the deviations say; write it anew: rakit_bad_ra --page > %s\n", file.c_str(),
                 file.c_str());
    return 1;
}

}  // namespace
}  // namespace rakit::bad_ra

int main(int argc, char** argv) {
    using namespace rakit::bad_ra;
    CLI::App app("the catalogue against an RA that is wrong on purpose, in one way after another");
    Options options;
    bool page = false;
    app.add_option("PATH", options.paths, "scenario files and folders");
    app.add_option("--only", options.only, "these deviations alone");
    app.add_flag("--quick", options.quick, "each deviation against the case that it names alone");
    app.add_flag("--all-rows", options.all_rows, "each row of each scenario, not only the first: four times as long");
    app.add_option("--jobs", options.jobs)->check(CLI::Range(1, 64));
    app.add_option("--json", options.json, "write the kill matrix here");
    app.add_flag("--page", page, "print the table for docs");
    app.add_option("--check-page", options.page, "compare that file with it");
    app.add_flag("--worker", options.worker)->group("");
    app.add_option("--depth", options.depth)->group("");
    app.add_option("--scratch", options.scratch)->group("");
    CLI11_PARSE(app, argc, argv);
    if (options.worker) return work(options);
    if (!options.page.empty()) return check_page(options.page);
    if (page) return std::printf("%s", to_page(deviations()).c_str()) > 0 ? 0 : 2;
    return run(options);
}
