#pragma once

#include <cstdint>
#include <vector>

namespace rakit::certify {

/// Distribution sums up durations in microseconds.
struct Distribution {
    std::size_t count = 0;
    double min_us = 0, p50_us = 0, p90_us = 0, p99_us = 0, max_us = 0;
    std::vector<double> curve;  ///< the percentiles 0, 1, ... 100, for a plot; empty without samples
};

/// distribution sorts the samples; percentiles by the nearest rank.
Distribution distribution(std::vector<double> samples_us);

}  // namespace rakit::certify
