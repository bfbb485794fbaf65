#pragma once

#include <csignal>

namespace rakit::cli {

/// Interrupts holds SIGINT and SIGTERM back from this thread and all threads started after it, so that one can wait for
/// them.
class Interrupts {
public:
    Interrupts() {
        ::sigemptyset(&x_signals);
        ::sigaddset(&x_signals, SIGINT);
        ::sigaddset(&x_signals, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &x_signals, nullptr);
    }
    void wait() const {
        int number = 0;
        ::sigwait(&x_signals, &number);
    }

private:
    sigset_t x_signals{};
};

}  // namespace rakit::cli
