#pragma once

#include <atomic>

#include "reference/card/card_reader.hpp"

namespace rakit::scenarios {

/// WatchedReader is a reader of which one can tell whether somebody holds its card. It borrows the reader and outlives
/// each access to it.
class WatchedReader final : public reference::CardReader {
public:
    explicit WatchedReader(reference::CardReader& inner) : x_inner(inner) {}
    std::string name() const override { return x_inner.name(); }
    bool is_virtual() const override { return x_inner.is_virtual(); }
    Result<Bytes> atr() override { return x_inner.atr(); }
    Result<std::unique_ptr<reference::ExclusiveAccess>> lock() override;
    /// held tells whether an exclusive access lives; from any thread.
    bool held() const { return x_held > 0; }

private:
    reference::CardReader& x_inner;
    std::atomic<int> x_held{0};
};

}  // namespace rakit::scenarios
