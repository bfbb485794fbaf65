#include "scenarios/runner/worker_pool.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "common/base/file.hpp"
#include "scenarios/iut/child_process.hpp"

namespace rakit::scenarios {
namespace {

using std::chrono::steady_clock;

/// Worker is one worker process and the case that it is at.
struct Worker {
    ChildProcess process;
    LineReader lines;
    std::size_t task = 0;
    bool busy = false;
    steady_clock::time_point begun, deadline;
};

class Pool {
public:
    Pool(const std::vector<Case>& cases, const RunFolder& folder, const PoolOptions& options,
         const std::function<void(const Verdict&)>& done)
        : x_cases(cases),
          x_folder(folder),
          x_options(options),
          x_done(done),
          x_total(cases.size() * static_cast<std::size_t>(options.repeat)) {}

    Result<PoolOutcome> run() {
        x_verdicts.resize(x_total);
        while (x_finished < x_total) {
            if (auto handed = hand_out(); !handed) return Unexpected{std::move(handed).error()};
            if (x_finished < x_total) wait();
            if (x_unable) return Unexpected{std::move(*x_unable)};
        }
        retire();
        return PoolOutcome{in_order(), x_stopped};
    }

private:
    const Case& case_of(std::size_t task) const { return x_cases[task % x_cases.size()]; }
    int run_of(std::size_t task) const { return static_cast<int>(task / x_cases.size()) + 1; }
    std::uint64_t seed_of(std::size_t task) const { return x_options.seed.value_or(case_of(task).seed); }

    Verdict blank(std::size_t task) const { return blank_verdict(case_of(task), run_of(task), seed_of(task)); }

    void finish(std::size_t task, Verdict verdict) {
        verdict.position = case_of(task).position;
        verdict.again = x_options.again ? x_options.again(case_of(task), verdict.seed) : "";
        if (verdict.status == Status::failed && x_options.fail_fast) end_early("a case before it failed");
        keep_trace(task, verdict);
        x_done(verdict);
        x_verdicts[task] = std::move(verdict);
        ++x_finished;
    }

    void end_early(const char* why) {
        if (x_why_ended.empty()) x_why_ended = why;
    }

    Verdict skipped(std::size_t task) const {
        Verdict verdict = blank(task);
        verdict.status = Status::skipped;
        verdict.problem = x_why_ended;
        return verdict;
    }

    /// keep_trace moves a trace file to where the user wants it, else it goes.
    void keep_trace(std::size_t task, const Verdict& verdict) const {
        std::error_code ignored;
        const auto file = x_folder.trace_file(task);
        if (!x_options.trace_folder.empty())
            std::filesystem::copy_file(file, x_options.trace_folder / (trace_name(verdict.id, verdict.run) + ".jsonl"),
                                       std::filesystem::copy_options::overwrite_existing, ignored);
        std::filesystem::remove(file, ignored);
    }

    Result<void> hand_out() {
        while (!x_why_ended.empty() && x_next < x_total) {
            const std::size_t task = x_next++;
            finish(task, skipped(task));
        }
        while (x_next < x_total) {
            auto worker = idle();
            if (!worker) return Unexpected{std::move(worker).error()};
            if (*worker == nullptr) return {};
            begin(**worker, x_next++);
        }
        return {};
    }

    /// idle finds a worker with nothing to do, or starts one while there may be more.
    Result<Worker*> idle() {
        for (auto& worker : x_workers)
            if (!worker->busy) return worker.get();
        if (x_workers.size() >= static_cast<std::size_t>(x_options.workers)) return nullptr;
        auto process = ChildProcess::start(x_options.worker);
        if (!process) return Unexpected{std::move(process).error().in("a worker")};
        // One that is gone already shows as the end of its output.
        (void)write_all(process->to(), as_text(x_options.greeting)).has_value();
        x_workers.push_back(std::make_unique<Worker>(Worker{std::move(*process), {}, 0, false, {}, {}}));
        return x_workers.back().get();
    }

    void begin(Worker& worker, std::size_t task) {
        const Case& one = case_of(task);
        const auto limit = one.time_limit_s ? std::chrono::seconds(*one.time_limit_s) : x_options.time_limit;
        worker.task = task;
        worker.busy = true;
        worker.begun = steady_clock::now();
        worker.deadline = worker.begun + limit;
        const Task what{one.file, one.id, run_of(task), seed_of(task), x_folder.trace_file(task).string()};
        // A worker that is gone already shows as the end of its output.
        (void)write_all(worker.process.to(), pack(what) + "\n").has_value();
    }

    void wait() {
        std::vector<pollfd> waits;
        auto next = steady_clock::time_point::max();
        for (const auto& worker : x_workers) {
            waits.push_back({worker->process.from(), POLLIN, 0});
            if (worker->busy) next = std::min(next, worker->deadline);
        }
        if (x_options.stop >= 0 && !x_stopped) waits.push_back({x_options.stop, POLLIN, 0});
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - steady_clock::now()).count();
        if (::poll(waits.data(), waits.size(), static_cast<int>(std::max<long>(left, 0))) < 0) return;
        if (waits.size() > x_workers.size()) {
            if (waits.back().revents != 0) stop();
            waits.pop_back();
        }
        std::vector<Worker*> lost;
        for (std::size_t i = 0; i < waits.size(); ++i) {
            Worker& worker = *x_workers[i];
            if (waits[i].revents != 0 && !read(worker))
                lost.push_back(&worker);
            else if (worker.busy && worker.deadline <= steady_clock::now())
                lost.push_back(&worker);
        }
        for (auto* worker : lost) bury(*worker);
    }

    /// stop begins nothing more; what runs gets a little time to end and to clear up.
    void stop() {
        x_stopped = true;
        end_early("the run was interrupted");
        for (auto& worker : x_workers)
            worker->deadline = std::min(worker->deadline, steady_clock::now() + x_options.grace);
    }

    bool read(Worker& worker) {
        return worker.lines.read(worker.process.from(), [&](const std::string& line) {
            if (!worker.busy) return;
            if (auto why = unpack_unable(line)) x_unable = std::move(why);
            auto verdict = unpack(line);
            if (!verdict) return;  // a line that somebody else printed; the deadline still stands
            worker.busy = false;
            finish(worker.task, std::move(*verdict));
        });
    }

    /// left_trace reads what a worker wrote of a case before it ended.
    std::vector<CaseEvent> left_trace(std::size_t task) const {
        const auto file = x_folder.trace_file(task);
        const auto text = read_file(file);
        auto trace = text ? parse_trace(as_text(*text), file.string()) : Result<CaseTraceFile>(CaseTraceFile{});
        if (!trace) return {};
        for (auto& event : trace->events) event.sent = event.received = {};
        return std::move(trace->events);
    }

    /// bury ends a worker that hangs or is gone; its case has failed.
    void bury(Worker& worker) {
        const bool late = worker.busy && worker.deadline <= steady_clock::now();
        const auto limit = std::chrono::duration_cast<std::chrono::seconds>(worker.deadline - worker.begun).count();
        const std::string end = worker.process.end();
        if (worker.busy && late && x_stopped) {
            finish(worker.task, skipped(worker.task));
        } else if (worker.busy) {
            Verdict verdict = blank(worker.task);
            verdict.trace = left_trace(worker.task);
            verdict.duration =
                std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - worker.begun);
            verdict.problem =
                late ? "hung: no verdict within " + std::to_string(limit) + " s" : "the worker died at it: " + end;
            finish(worker.task, std::move(verdict));
        }
        std::erase_if(x_workers, [&](const auto& each) { return each.get() == &worker; });
    }

    /// retire lets the workers end by themselves, so that they can clear up; one that doesn't is killed with its
    /// object.
    void retire() {
        constexpr auto kPatience = std::chrono::seconds(10);
        const auto until = steady_clock::now() + kPatience;
        for (auto& worker : x_workers) worker->process.close_input();
        for (auto& worker : x_workers) {
            pollfd ending{worker->process.from(), POLLIN, 0};
            for (bool open = true; open;) {
                const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()).count();
                open = left > 0 && ::poll(&ending, 1, static_cast<int>(left)) > 0 &&
                       worker->lines.read(ending.fd, [](const std::string&) {});
            }
        }
    }

    /// in_order puts the runs of one case together.
    std::vector<Verdict> in_order() {
        std::vector<Verdict> all;
        for (std::size_t i = 0; i < x_cases.size(); ++i)
            for (std::size_t task = i; task < x_total; task += x_cases.size())
                all.push_back(std::move(x_verdicts[task]));
        return all;
    }

    const std::vector<Case>& x_cases;
    const RunFolder& x_folder;
    const PoolOptions& x_options;
    const std::function<void(const Verdict&)>& x_done;
    std::size_t x_total;
    std::size_t x_next = 0;
    std::size_t x_finished = 0;
    bool x_stopped = false;
    std::string x_why_ended;  ///< why nothing more is begun
    std::optional<Error> x_unable;
    std::vector<std::unique_ptr<Worker>> x_workers;
    std::vector<Verdict> x_verdicts;
};

}  // namespace

std::string pack(const Task& task) {
    return nlohmann::json{
        {"file", task.file}, {"id", task.id}, {"run", task.run}, {"seed", task.seed}, {"trace", task.trace}}
        .dump();
}

Result<Task> unpack_task(std::string_view line) {
    try {
        const auto value = nlohmann::json::parse(line);
        return Task{value.at("file"), value.at("id"), value.at("run").get<int>(), value.at("seed").get<std::uint64_t>(),
                    value.at("trace")};
    } catch (const nlohmann::json::exception& problem) {
        return fail(ErrorCode::document_invalid, std::string("a worker's task: ") + problem.what());
    }
}

std::string pack_unable(const Error& error) {
    return nlohmann::json{{"unable",
                           {{"code", name(error.code)},
                            {"detail", error.detail},
                            {"context", error.context},
                            {"where", error.where},
                            {"remedy", error.remedy}}}}
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<Error> unpack_unable(std::string_view line) {
    const auto value = nlohmann::json::parse(line, nullptr, false);
    if (!value.is_object() || !value.contains("unable")) return std::nullopt;
    const auto& why = value.at("unable");
    const auto code = error_code_from_name(why.value("code", ""));
    return Error{code.value_or(ErrorCode::internal),
                 why.value("detail", ""),
                 why.value("context", ""),
                 why.value("where", ""),
                 why.value("remedy", ""),
                 {}};
}

std::string trace_name(const std::string& id, int run) {
    std::string file = id;
    for (auto& c : file)
        if (c == '/' || c == ':') c = '.';
    return file + "-" + std::to_string(run);
}

Result<PoolOutcome> run_cases(const std::vector<Case>& cases, const RunFolder& folder, const PoolOptions& options,
                              const std::function<void(const Verdict&)>& done) {
    return Pool(cases, folder, options, done).run();
}

}  // namespace rakit::scenarios
