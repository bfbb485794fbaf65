#include "cli/stop_signal.hpp"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace rakit::cli {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM};
std::atomic<int> wake{-1};  // a signal handler has no other way to know

std::atomic<std::int64_t> first_ms{0};
constexpr std::int64_t kOneWishMs = 1000;

std::int64_t now_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000 + 1;
}

void note(int signal) {
    const std::int64_t now = now_ms();
    std::int64_t none = 0;
    if (!first_ms.compare_exchange_strong(none, now)) {
        // timeout(1) signals its child and then its whole group: that is one wish, not two.
        if (now - none < kOneWishMs) return;
        ::signal(signal, SIG_DFL);
        ::raise(signal);
        return;
    }
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
    first_ms = 0;
    struct sigaction action {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &x_before[i]);
}

StopSignal::~StopSignal() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &x_before[i], nullptr);
    wake = -1;
}

}  // namespace rakit::cli
