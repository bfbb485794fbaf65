#include "common/base/bounded_worker.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace rakit {

struct BoundedWorker::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::function<long()> job;
    std::optional<long> result;
    bool stuck = false;
    bool quit = false;

    void work() {
        std::unique_lock lock(mutex);
        while (true) {
            changed.wait(lock, [&] { return quit || job; });
            if (quit) return;
            auto todo = std::move(job);
            job = nullptr;
            lock.unlock();
            const long answer = todo();
            todo = nullptr;  // what it owns goes outside of the lock
            lock.lock();
            result = answer;
            changed.notify_all();
        }
    }
};

BoundedWorker::BoundedWorker() : x_state(std::make_shared<State>()) {
    std::thread([state = x_state] { state->work(); }).detach();
}

BoundedWorker::~BoundedWorker() {
    const std::lock_guard lock(x_state->mutex);
    x_state->quit = true;
    x_state->changed.notify_all();
}

std::optional<long> BoundedWorker::run(std::function<long()> job, std::chrono::milliseconds timeout) {
    std::unique_lock lock(x_state->mutex);
    if (x_state->stuck) return std::nullopt;
    x_state->result.reset();
    x_state->job = std::move(job);
    x_state->changed.notify_all();
    x_state->stuck = !x_state->changed.wait_for(lock, timeout, [&] { return x_state->result.has_value(); });
    return x_state->stuck ? std::nullopt : x_state->result;
}

}  // namespace rakit
