#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace rakit {

/// BoundedWorker runs calls that might block for ever on a thread of its own. pcsc-lite has such calls:
/// SCardBeginTransaction waits without end for another program, SCardTransmit for a card that never answers. One caller
/// at a time.
class BoundedWorker {
public:
    BoundedWorker();
    /// Ends the thread; one that is stuck in a call is left behind with what the call owns.
    ~BoundedWorker();
    BoundedWorker(const BoundedWorker&) = delete;
    BoundedWorker& operator=(const BoundedWorker&) = delete;

    /// run calls `job` and returns what it returned, or nothing after `timeout`. Then the job may still be running: it
    /// must own all that it touches, and this worker takes no other.
    std::optional<long> run(std::function<long()> job, std::chrono::milliseconds timeout);

private:
    struct State;
    std::shared_ptr<State> x_state;
};

}  // namespace rakit
