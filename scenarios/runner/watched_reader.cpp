#include "scenarios/runner/watched_reader.hpp"

namespace rakit::scenarios {
namespace {

class WatchedAccess final : public reference::ExclusiveAccess {
public:
    WatchedAccess(std::unique_ptr<reference::ExclusiveAccess> inner, std::atomic<int>& held, CaseTrace* trace)
        : x_inner(std::move(inner)), x_held(held), x_trace(trace) {
        ++x_held;
    }
    ~WatchedAccess() override { --x_held; }
    WatchedAccess(const WatchedAccess&) = delete;
    WatchedAccess& operator=(const WatchedAccess&) = delete;
    Result<Bytes> transmit(ByteView command) override {
        if (x_trace == nullptr) return x_inner->transmit(command);
        const auto from = x_trace->now();
        auto answer = x_inner->transmit(command);
        note_apdu(*x_trace, from, "", command, answer ? ByteView(*answer) : ByteView());
        return answer;
    }
    void reset_when_done() override { x_inner->reset_when_done(); }

private:
    std::unique_ptr<reference::ExclusiveAccess> x_inner;
    std::atomic<int>& x_held;
    CaseTrace* x_trace;
};

}  // namespace

Result<std::unique_ptr<reference::ExclusiveAccess>> WatchedReader::lock() {
    auto access = x_inner.lock();
    if (!access) return access;
    return std::unique_ptr<reference::ExclusiveAccess>(
        std::make_unique<WatchedAccess>(std::move(*access), x_held, x_trace));
}

}  // namespace rakit::scenarios
