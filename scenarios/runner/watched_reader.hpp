#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "reference/card/card_reader.hpp"
#include "reference/cm/http_exchange.hpp"
#include "scenarios/runner/case_trace.hpp"

namespace rakit::scenarios {

/// WatchedReader is a reader of which one can tell whether somebody holds its card. It borrows the reader and outlives
/// each access to it.
class WatchedReader final : public reference::CardReader {
public:
    /// `trace` takes each APDU, of a card that can't note them itself; null: none.
    explicit WatchedReader(reference::CardReader& inner, CaseTrace* trace = nullptr) : x_inner(inner), x_trace(trace) {}
    std::string name() const override { return x_inner.name(); }
    bool is_virtual() const override { return x_inner.is_virtual(); }
    Result<Bytes> atr() override { return x_inner.atr(); }
    Result<std::unique_ptr<reference::ExclusiveAccess>> lock() override;
    /// held tells whether an exclusive access lives; from any thread.
    bool held() const { return x_held > 0; }

private:
    reference::CardReader& x_inner;
    CaseTrace* x_trace;
    std::atomic<int> x_held{0};
};

/// watched is a way to the CM that calls `under_way` when its `number`th request (from 1) begins, and when it is over,
/// for the RA: what the host still does for a request that the RA has given up is none of the RA's business.
std::unique_ptr<reference::HttpExchange> watched(std::unique_ptr<reference::HttpExchange> way,
                                                 std::function<void(int number)> under_way);

}  // namespace rakit::scenarios
