#include "scenarios/runner/watched_reader.hpp"

namespace rakit::scenarios {
namespace {

class WatchedAccess final : public reference::ExclusiveAccess {
public:
    WatchedAccess(std::unique_ptr<reference::ExclusiveAccess> inner, std::atomic<int>& held)
        : x_inner(std::move(inner)), x_held(held) {
        ++x_held;
    }
    ~WatchedAccess() override { --x_held; }
    WatchedAccess(const WatchedAccess&) = delete;
    WatchedAccess& operator=(const WatchedAccess&) = delete;
    Result<Bytes> transmit(ByteView command) override { return x_inner->transmit(command); }
    void reset_when_done() override { x_inner->reset_when_done(); }

private:
    std::unique_ptr<reference::ExclusiveAccess> x_inner;
    std::atomic<int>& x_held;
};

}  // namespace

Result<std::unique_ptr<reference::ExclusiveAccess>> WatchedReader::lock() {
    auto access = x_inner.lock();
    if (!access) return access;
    return std::unique_ptr<reference::ExclusiveAccess>(std::make_unique<WatchedAccess>(std::move(*access), x_held));
}

}  // namespace rakit::scenarios
