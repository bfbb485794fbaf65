#pragma once

#include <atomic>

#include "reference/card/card_reader.hpp"
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

}  // namespace rakit::scenarios
