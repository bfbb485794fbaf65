#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rakit {

/// UtcTime counts whole seconds since 1970-01-01T00:00:00Z, without leap seconds.
using UtcTime = std::chrono::sys_seconds;

/// Clock tells both times; it is passed in, so that a run can be repeated.
class Clock {
public:
    virtual ~Clock() = default;
    /// now is the civil time, for validity and logs.
    virtual UtcTime now() const = 0;
    /// elapsed grows steadily from an arbitrary start, for deadlines.
    virtual std::chrono::milliseconds elapsed() const = 0;
    /// sleep returns after `time` by this clock; a virtual clock returns at once, having moved on.
    virtual void sleep(std::chrono::milliseconds time) = 0;
};

/// SystemClock is the machine's.
class SystemClock final : public Clock {
public:
    UtcTime now() const override;
    std::chrono::milliseconds elapsed() const override;
    void sleep(std::chrono::milliseconds time) override;
};

/// VirtualClock moves only when told to.
class VirtualClock final : public Clock {
public:
    explicit VirtualClock(UtcTime start) : x_start(start) {}
    UtcTime now() const override;
    std::chrono::milliseconds elapsed() const override { return x_passed; }
    void sleep(std::chrono::milliseconds time) override { x_passed += time; }

private:
    UtcTime x_start;
    std::chrono::milliseconds x_passed{0};
};

/// to_iso8601 writes `2026-01-31T23:59:59Z`.
std::string to_iso8601(UtcTime time);

/// from_iso8601 reads exactly the form that to_iso8601 writes.
std::optional<UtcTime> from_iso8601(std::string_view text);

}  // namespace rakit
