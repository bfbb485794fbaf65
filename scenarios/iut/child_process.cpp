#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "scenarios/iut/child_process.hpp"

extern char** environ;

namespace rakit::scenarios {
namespace {

struct Pipe {
    Descriptor read, write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::io_failed, std::string("pipe: ") + std::strerror(errno));
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string how(int status) {
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& arguments, const std::filesystem::path& log) {
    auto in = make_pipe();
    auto out = make_pipe();
    if (!in || !out) return Unexpected{in ? std::move(out).error() : std::move(in).error()};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in->read.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out->write.get(), STDOUT_FILENO);
    if (!log.empty())
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    std::vector<char*> words;
    for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    pid_t id = -1;
    const int problem = posix_spawnp(&id, words[0], &actions, &attributes, words.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) return fail(ErrorCode::io_failed, arguments[0] + ": " + std::strerror(problem));
    return ChildProcess(id, std::move(in->write), std::move(out->read));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : x_id(std::exchange(other.x_id, -1)), x_to(std::move(other.x_to)), x_from(std::move(other.x_from)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (this != &other) {
        end();
        x_id = std::exchange(other.x_id, -1);
        x_to = std::move(other.x_to);
        x_from = std::move(other.x_from);
    }
    return *this;
}

std::string ChildProcess::end() {
    if (x_id > 0) ::kill(-x_id, SIGKILL);
    return wait();
}

std::string ChildProcess::wait() {
    if (x_id <= 0) return "not running";
    x_to.reset();
    int status = 0;
    while (::waitpid(x_id, &status, 0) < 0 && errno == EINTR) {
    }
    // What it left behind in its group has lost its parent; nothing of it may outlive the job.
    ::kill(-x_id, SIGKILL);
    x_id = -1;
    return how(status);
}

bool LineReader::read(int fd, const std::function<void(const std::string&)>& line) {
    char buffer[16384];
    ssize_t size = 0;
    while ((size = ::read(fd, buffer, sizeof buffer)) < 0 && errno == EINTR) {
    }
    if (size <= 0) return false;
    x_rest.append(buffer, static_cast<std::size_t>(size));
    for (std::size_t end = 0; (end = x_rest.find('\n')) != std::string::npos;) {
        const std::string one = x_rest.substr(0, end);
        x_rest.erase(0, end + 1);
        line(one);
    }
    return true;
}

namespace {

/// QuietPipe keeps SIGPIPE from this thread: a reader that went away is an errno here, not the end of the process.
class QuietPipe {
public:
    QuietPipe() {
        sigemptyset(&x_pipe);
        sigaddset(&x_pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &x_pipe, &x_before);
    }
    ~QuietPipe() {
        const timespec now{};
        if (sigismember(&x_before, SIGPIPE) == 0)
            while (sigtimedwait(&x_pipe, nullptr, &now) > 0) {
            }
        pthread_sigmask(SIG_SETMASK, &x_before, nullptr);
    }
    QuietPipe(const QuietPipe&) = delete;
    QuietPipe& operator=(const QuietPipe&) = delete;

private:
    sigset_t x_pipe, x_before;
};

}  // namespace

Result<void> write_all(int fd, std::string_view text) {
    const QuietPipe quiet;
    if (!rakit::write_all(fd, as_bytes(text)))
        return fail(ErrorCode::io_failed, std::string("write: ") + std::strerror(errno));
    return {};
}

}  // namespace rakit::scenarios
