#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "mock_cm/core/deviations.hpp"

namespace rakit::scenarios {

/// Bending is when the CM of a case is wrong on purpose: always, or while it deals with certain requests only. Safe
/// from any thread.
class Bending {
public:
    /// `at`: which requests, from 1; none: all. `core` is told what counts from now on, first before any request came.
    Bending(const cm::Deviations& wanted, std::vector<int> at, std::function<void(const cm::Deviations&)> core);

    /// request_came counts one, before anything is done with it.
    void request_came();
    /// now is what counts for the request that came last.
    cm::Deviations now() const;

private:
    cm::Deviations current() const;  ///< with x_mutex held

    cm::Deviations x_wanted;
    std::vector<int> x_at;
    std::function<void(const cm::Deviations&)> x_core;
    mutable std::mutex x_mutex;
    int x_requests = 0;
};

}  // namespace rakit::scenarios
