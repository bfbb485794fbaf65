#include "certify/suite/apart.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "common/base/descriptor.hpp"

namespace rakit::certify {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

[[noreturn]] void live_apart(const std::function<void(Facts&, CallLog&)>& work, int to) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGPIPE, SIG_IGN);
    CallLog log(to);
    Facts facts;
    work(facts, log);
    log.finish();
    const json end{{"facts", facts.values()}, {"deviations", facts.deviations()}};
    write_all(to, as_bytes(end.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"));
    // No destructors: a thread that is stuck in a call must not keep us.
    ::_exit(0);
}

/// take reads one line of the child's; true once it was the last.
bool take(const std::string& line, Apart& apart) {
    auto what = json::parse(line, nullptr, false);
    if (!what.is_object()) return false;
    if (what.contains("trace")) apart.trace.push_back(std::move(what["trace"]));
    if (what.contains("calls")) apart.calls = what["calls"];
    if (!what.contains("facts")) return false;
    apart.facts = std::move(what["facts"]);
    apart.deviations = std::move(what["deviations"]);
    return true;
}

/// listen reads until the facts are there, the child's end is closed or the time is up; true with the facts.
bool listen(int from, Clock::time_point deadline, Apart& apart) {
    std::string pending;
    char chunk[65536];
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd waiting{from, POLLIN, 0};
        if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) == 0) return false;
        const ssize_t n = ::read(from, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        pending.append(chunk, static_cast<std::size_t>(n));
        for (std::size_t end = 0; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1))
            if (take(pending.substr(0, end), apart)) return true;
    }
}

}  // namespace

Result<Apart> run_apart(const std::function<void(Facts&, CallLog&)>& work, std::chrono::milliseconds limit) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::io_failed, std::strerror(errno), "pipe");
    const Descriptor from(ends[0]);
    Descriptor to(ends[1]);
    const auto begun = Clock::now();
    const pid_t child = ::fork();
    if (child < 0) return fail(ErrorCode::io_failed, std::strerror(errno), "fork");
    if (child == 0) live_apart(work, to.get());
    ::setpgid(child, child);
    to.reset();
    Apart apart;
    const bool done = listen(from.get(), begun + limit, apart);
    const bool late = !done && Clock::now() >= begun + limit;
    ::kill(-child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    apart.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    if (done) return apart;
    apart.ended.measured = false;
    apart.ended.how = late ? fmt::format("did not come back within {} ms", limit.count())
                           : fmt::format("was ended by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return apart;
}

}  // namespace rakit::certify
