#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>

#include "scenarios/iut/child_process.hpp"
#include "scenarios/runner/case_runner.hpp"
#include "scenarios/runner/load.hpp"
#include "scenarios/runner/worker_pool.hpp"

namespace rakit::scenarios {
namespace {

/// Work runs tasks; files are read once.
class Work {
public:
    explicit Work(CaseRunner& runner) : x_runner(runner) {}

    Verdict run(const Task& task) {
        const auto found = file(task.file);
        if (found != nullptr)
            for (const auto& one : found->cases)
                if (one.id == task.id) return x_runner.run(one, task);
        Verdict lost;
        lost.id = task.id;
        lost.file = task.file;
        lost.run = task.run;
        lost.seed = task.seed;
        lost.problem = "the scenario is no longer there";
        return lost;
    }

private:
    const Loaded* file(const std::string& path) {
        auto it = x_files.find(path);
        if (it == x_files.end()) {
            auto loaded = load_paths({path});
            if (!loaded) return nullptr;
            it = x_files.emplace(path, std::move(*loaded)).first;
        }
        return &it->second;
    }

    CaseRunner& x_runner;
    std::map<std::string, Loaded> x_files;
};

}  // namespace

int work(const RunSettings& settings, int in, int out, CardTerms terms) {
    auto runner = CaseRunner::make(settings, std::move(terms));
    if (!runner) {
        (void)write_all(out, pack_unable(runner.error()) + "\n").has_value();
        return 2;
    }
    Work worker(**runner);
    LineReader lines;
    bool heard = true;
    while (heard && lines.read(in, [&](const std::string& line) {
        const auto task = unpack_task(line);
        heard = task && write_all(out, pack(worker.run(*task)) + "\n").has_value();
    })) {
    }
    return 0;
}

}  // namespace rakit::scenarios
