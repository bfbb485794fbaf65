#pragma once

#include <termios.h>

#include <array>
#include <csignal>

namespace rakit::cli {

/// RawTerminal switches echo and line editing off; signals too, so that Ctrl-C can't leave the terminal without echo.
/// One that another process sends restores the terminal before it ends us.
class RawTerminal {
public:
    /// `secret`: what was typed ahead is thrown away, for it was echoed.
    explicit RawTerminal(int fd, bool secret = false);
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;
    ~RawTerminal();
    bool ok() const { return x_ok; }

private:
    static constexpr std::array kEnding{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    int x_fd;
    termios x_before{};
    std::array<struct sigaction, kEnding.size()> x_actions{};
    bool x_ok;
};

}  // namespace rakit::cli
