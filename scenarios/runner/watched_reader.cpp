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

class WatchedExchange final : public reference::HttpExchange {
public:
    WatchedExchange(std::unique_ptr<reference::HttpExchange> inner, std::function<void(int)> under_way)
        : x_inner(std::move(inner)), x_under_way(std::move(under_way)) {}
    Result<net::HttpResponse> exchange(const net::HttpRequest& request, std::chrono::milliseconds deadline) override {
        const int number = ++x_requests;
        x_under_way(number);
        auto answer = x_inner->exchange(request, deadline);
        x_under_way(number);
        return answer;
    }

private:
    std::unique_ptr<reference::HttpExchange> x_inner;
    std::function<void(int)> x_under_way;
    int x_requests = 0;
};

}  // namespace

Result<std::unique_ptr<reference::ExclusiveAccess>> WatchedReader::lock() {
    auto access = x_inner.lock();
    if (!access) return access;
    return std::unique_ptr<reference::ExclusiveAccess>(
        std::make_unique<WatchedAccess>(std::move(*access), x_held, x_trace));
}

std::unique_ptr<reference::HttpExchange> watched(std::unique_ptr<reference::HttpExchange> way,
                                                 std::function<void(int)> under_way) {
    return std::make_unique<WatchedExchange>(std::move(way), std::move(under_way));
}

}  // namespace rakit::scenarios
