#include "cli/stop_signal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>

namespace rakit::cli {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM};
std::atomic<int> wake{-1};  // a signal handler has no other way to know

void note(int) {
    const char octet = 0;
    [[maybe_unused]] const auto written = ::write(wake.load(), &octet, 1);
}

}  // namespace

StopSignal::StopSignal() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
        x_read.reset(ends[0]);
        x_write.reset(ends[1]);
    }
    wake = x_write.get();
    struct sigaction action {};
    action.sa_handler = note;
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &x_before[i]);
}

StopSignal::~StopSignal() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &x_before[i], nullptr);
    wake = -1;
}

}  // namespace rakit::cli
