#include "virtual_cards/sandbox/keeper_child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "common/base/socket.hpp"

namespace rakit::cards {
namespace {

using Step = KeeperReply::Step;

constexpr int kActivationSocket = 3;  // sd_listen_fds(3): SD_LISTEN_FDS_START
constexpr int kAboveAll = 10;         // clear of the standard descriptors and of kActivationSocket
constexpr std::chrono::seconds kConnectBound{5};

void reply(int control, Step step, int cause, int stream = -1) {
    const KeeperReply what{step, cause};
    send_with(control, {reinterpret_cast<const std::uint8_t*>(&what), sizeof what}, stream);
}

[[noreturn]] void give_up(const ChildPlan& plan, Step step) {
    reply(plan.control, step, errno);
    ::_exit(1);
}

bool write_file(const char* path, const char* text) {
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const auto size = static_cast<ssize_t>(std::strlen(text));
    const bool done = ::write(fd, text, static_cast<std::size_t>(size)) == size;
    ::close(fd);
    return done;
}

bool enter_namespaces(const ChildPlan& plan) {
    const int user = plan.user_map != nullptr ? CLONE_NEWUSER : 0;
    if (::unshare(user | CLONE_NEWNET | CLONE_NEWNS) != 0) return false;
    if (plan.user_map != nullptr &&
        !(write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", plan.user_map) &&
          write_file("/proc/self/gid_map", plan.group_map)))
        return false;
    // Without its USB drivers pcscd can't claim a reader of the host, whatever this user may open. Where mounting is
    // refused, the user's rights have to do.
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0)
        ::mount(plan.nothing, "/usr/lib/pcsc/drivers", nullptr, MS_BIND, nullptr);
    return true;
}

bool raise_loopback() {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    ifreq request{};
    std::memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    const bool done = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    ::close(fd);
    return done;
}

bool become_unprivileged() {
    return ::setgroups(0, nullptr) == 0 && ::setresgid(kUnprivileged, kUnprivileged, kUnprivileged) == 0 &&
           ::setresuid(kUnprivileged, kUnprivileged, kUnprivileged) == 0;
}

void write_decimal(char* to, long value) {
    char digits[24];
    int n = 0;
    do {
        digits[n++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (n > 0) *to++ = digits[--n];
    *to = '\0';
}

void forget_signals() {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// run_pcscd replaces this process: listening socket on descriptor 3, as systemd hands it over.
[[noreturn]] void run_pcscd(const ChildPlan& plan, int log, int failure) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // the keeper has one thread: here it does follow the process
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::dup2(plan.listener, kActivationSocket);
    char listen_pid[40] = "LISTEN_PID=";
    write_decimal(listen_pid + std::strlen(listen_pid), ::getpid());
    char listen_fds[] = "LISTEN_FDS=1";
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char* environment[] = {listen_pid, listen_fds, path, const_cast<char*>(plan.preload), nullptr};
    char program[] = "pcscd";
    char foreground[] = "-f";
    char folder[] = "-c";
    char* arguments[] = {program, foreground, folder, const_cast<char*>(plan.configuration), nullptr};
    ::execve(plan.pcscd, arguments, environment);
    const int cause = errno;
    [[maybe_unused]] const auto sent = ::write(failure, &cause, sizeof cause);
    ::_exit(127);
}

pid_t start_pcscd(const ChildPlan& plan) {
    const int log = ::open(plan.log, O_WRONLY | O_APPEND | O_CLOEXEC);
    int failure[2];
    if (log < 0 || ::pipe2(failure, O_CLOEXEC) != 0) give_up(plan, Step::run);
    const pid_t child = ::fork();
    if (child < 0) give_up(plan, Step::run);
    if (child == 0) run_pcscd(plan, log, failure[1]);
    ::close(failure[1]);
    int cause = 0;
    if (::read(failure[0], &cause, sizeof cause) > 0) {
        errno = cause;
        give_up(plan, Step::run);
    }
    ::close(failure[0]);
    ::close(log);
    ::close(plan.listener);
    return child;
}

/// serve_connections ends when our maker is gone.
void serve_connections(int control) {
    for (;;) {
        std::uint16_t port = 0;
        const ssize_t n = ::recv(control, &port, sizeof port, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n != sizeof port) return;
        const Descriptor stream = connect_loopback(port, kConnectBound);
        reply(control, Step::connect, stream ? 0 : errno, stream.get());
    }
}

/// keep_only keeps the two descriptors that we need, and drops every other that our maker had.
void keep_only(ChildPlan& plan) {
    plan.listener = ::fcntl(plan.listener, F_DUPFD_CLOEXEC, kAboveAll);
    plan.control = ::fcntl(plan.control, F_DUPFD_CLOEXEC, kAboveAll);
    const auto low = static_cast<unsigned>(plan.listener < plan.control ? plan.listener : plan.control);
    const auto high = static_cast<unsigned>(plan.listener < plan.control ? plan.control : plan.listener);
    ::close_range(kActivationSocket, low - 1, 0);
    if (high > low + 1) ::close_range(low + 1, high - 1, 0);
    ::close_range(high + 1, ~0U, 0);
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int standard = 0; standard < kActivationSocket; ++standard) ::dup2(nowhere, standard);
    if (nowhere >= kActivationSocket) ::close(nowhere);
}

}  // namespace

void keep(const ChildPlan& given) {
    ChildPlan plan = given;
    keep_only(plan);
    ::setsid();  // a terminal's ^C is for the command, not for its reader
    forget_signals();
    if (plan.private_network) {
        if (!enter_namespaces(plan)) give_up(plan, Step::namespaces);
        if (!raise_loopback()) give_up(plan, Step::loopback);
    }
    if (plan.drop_privileges && !become_unprivileged()) give_up(plan, Step::privileges);
    const pid_t pcscd = start_pcscd(plan);
    reply(plan.control, Step::ready, 0);
    serve_connections(plan.control);
    ::kill(pcscd, SIGKILL);
    ::waitpid(pcscd, nullptr, 0);
    ::_exit(0);
}

}  // namespace rakit::cards
