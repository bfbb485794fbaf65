#pragma once

#include <atomic>

#include "common/base/clock.hpp"

namespace rakit::cm {

/// OffsetClock is another clock, set forward or back. Safe from several threads as far as the other is.
class OffsetClock final : public Clock {
public:
    explicit OffsetClock(Clock& clock) : x_clock(clock) {}
    UtcTime now() const override { return x_clock.now() + std::chrono::seconds(x_offset.load()); }
    std::chrono::milliseconds elapsed() const override { return x_clock.elapsed(); }
    void sleep(std::chrono::milliseconds time) override { x_clock.sleep(time); }

    std::chrono::seconds offset() const { return std::chrono::seconds(x_offset.load()); }
    void set_offset(std::chrono::seconds offset) { x_offset = offset.count(); }

private:
    Clock& x_clock;
    std::atomic<std::int64_t> x_offset{0};
};

}  // namespace rakit::cm
