#include "cli/command.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "common/base/descriptor.hpp"

namespace rakit::cli {
namespace {

constexpr int kNotFound = 127;
constexpr int kNotRunnable = 126;
constexpr std::array kPassedOn{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

std::atomic<pid_t> command_group{0};  // a signal handler has no other way to know

void pass_on(int number) {
    if (const pid_t group = command_group.load(); group > 0) ::kill(-group, number);
}

/// PassedOn installs pass_on for its life.
class PassedOn {
public:
    explicit PassedOn(pid_t group) {
        command_group = group;
        struct sigaction action {};
        action.sa_handler = pass_on;
        action.sa_flags = SA_RESTART;
        for (std::size_t i = 0; i < kPassedOn.size(); ++i) ::sigaction(kPassedOn[i], &action, &x_before[i]);
    }
    PassedOn(const PassedOn&) = delete;
    PassedOn& operator=(const PassedOn&) = delete;
    ~PassedOn() {
        for (std::size_t i = 0; i < kPassedOn.size(); ++i) ::sigaction(kPassedOn[i], &x_before[i], nullptr);
        command_group = 0;
    }

private:
    std::array<struct sigaction, kPassedOn.size()> x_before{};
};

void give_terminal(pid_t group) {
    void (*before)(int) = ::signal(SIGTTOU, SIG_IGN);
    ::tcsetpgrp(STDIN_FILENO, group);
    ::signal(SIGTTOU, before);
}

/// watch is a process in the command's group - so that the group's number stays taken - that kills it when we are gone.
[[noreturn]] void watch(pid_t group, int alive) {
    ::setpgid(0, group);
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_IGN);
    if (alive > 3) ::close_range(3, static_cast<unsigned>(alive) - 1, 0);
    ::close_range(static_cast<unsigned>(alive) + 1, ~0U, 0);
    for (int standard = 0; standard < 3; ++standard) ::close(standard);  // else a reader of our output waits for us
    char octet = 0;
    while (::read(alive, &octet, 1) < 0 && errno == EINTR) {
    }
    ::kill(-group, SIGKILL);
    ::_exit(0);
}

/// Words is a list of strings as exec takes it.
class Words {
public:
    explicit Words(std::vector<std::string> words) : x_words(std::move(words)) {
        for (auto& word : x_words) x_pointers.push_back(word.data());
        x_pointers.push_back(nullptr);
    }
    char* const* get() const { return x_pointers.data(); }

private:
    std::vector<std::string> x_words;
    std::vector<char*> x_pointers;
};

/// environment_with is ours, with `more` over it.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
    std::vector<std::string> words;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string word = *entry;
        if (!more.contains(word.substr(0, word.find('=')))) words.push_back(word);
    }
    for (const auto& [key, value] : more) words.push_back(key + "=" + value);
    return words;
}

[[noreturn]] void become(char* const* arguments, char* const* environment, bool terminal) {
    ::setpgid(0, 0);
    if (terminal) give_terminal(::getpid());
    ::execvpe(arguments[0], arguments, environment);
    const int status = errno == ENOENT ? kNotFound : kNotRunnable;
    const std::string text = std::string("rakit: ") + arguments[0] + ": " + std::strerror(errno) + "\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(status);
}

int status_of_wait(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

pid_t wait_for(pid_t child, int& status) {
    pid_t done = 0;
    do done = ::waitpid(child, &status, 0);
    while (done < 0 && errno == EINTR);
    return done;
}

}  // namespace

Result<int> run_command(const std::vector<std::string>& command,
                        const std::map<std::string, std::string>& environment) {
    const Words arguments(command);
    const Words variables(environment_with(environment));
    const bool terminal = ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
    int alive[2];
    if (::pipe2(alive, O_CLOEXEC) != 0) return fail(ErrorCode::io_failed, std::strerror(errno), "pipe");
    const Descriptor watched(alive[0]);
    Descriptor ours(alive[1]);
    const pid_t child = ::fork();
    if (child < 0) return fail(ErrorCode::io_failed, std::strerror(errno), "fork");
    if (child == 0) become(arguments.get(), variables.get(), terminal);
    ::setpgid(child, child);  // in both processes, whichever comes first
    const PassedOn passing(child);
    const pid_t watcher = ::fork();
    if (watcher == 0) {
        ours.reset();
        watch(child, watched.get());
    }
    int status = 0;
    const pid_t done = wait_for(child, status);
    const int cause = errno;
    if (terminal) give_terminal(::getpgrp());
    ours.reset();
    int ignored = 0;
    if (watcher > 0) wait_for(watcher, ignored);
    if (done < 0) return fail(ErrorCode::io_failed, std::strerror(cause), "waitpid");
    return status_of_wait(status);
}

}  // namespace rakit::cli
