#pragma once

#include <csignal>
#include <thread>

namespace rakit::ifd {

/// quiet_thread starts a thread that takes no signals: pcscd's are for its main thread.
template <class F>
std::thread quiet_thread(F&& run) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread started(std::forward<F>(run));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
}

}  // namespace rakit::ifd
