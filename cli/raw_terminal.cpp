#include "cli/raw_terminal.hpp"

namespace rakit::cli {
namespace {

int raw_terminal = -1;  // a signal handler has no other way to know
termios before_raw{};

/// restore_and_end gives the terminal its echo back, then lets the signal do what it does.
void restore_and_end(int number) {
    if (raw_terminal >= 0) ::tcsetattr(raw_terminal, TCSANOW, &before_raw);
    ::raise(number);  // SA_RESETHAND: the default action now
}

}  // namespace

RawTerminal::RawTerminal(int fd, bool secret) : x_fd(fd), x_ok(::tcgetattr(fd, &x_before) == 0) {
    termios raw = x_before;
    raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
    raw.c_iflag |= ICRNL;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    before_raw = x_before;
    raw_terminal = x_ok ? fd : -1;
    struct sigaction action {};
    action.sa_handler = restore_and_end;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (std::size_t i = 0; i < kEnding.size(); ++i) {
        ::sigaction(kEnding[i], nullptr, &x_actions[i]);
        if (x_actions[i].sa_handler == SIG_DFL) ::sigaction(kEnding[i], &action, nullptr);
    }
    x_ok = x_ok && ::tcsetattr(fd, secret ? TCSAFLUSH : TCSADRAIN, &raw) == 0;
}

RawTerminal::~RawTerminal() {
    if (x_ok) ::tcsetattr(x_fd, TCSADRAIN, &x_before);
    for (std::size_t i = 0; i < kEnding.size(); ++i) ::sigaction(kEnding[i], &x_actions[i], nullptr);
    raw_terminal = -1;
}

}  // namespace rakit::cli
