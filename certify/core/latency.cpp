#include "certify/core/latency.hpp"

#include <algorithm>
#include <cmath>

namespace rakit::certify {

Distribution distribution(std::vector<double> samples_us) {
    Distribution sum;
    sum.count = samples_us.size();
    if (samples_us.empty()) return sum;
    std::sort(samples_us.begin(), samples_us.end());
    const auto percentile = [&](double percent) {
        const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(samples_us.size())));
        return samples_us[std::max<std::size_t>(rank, 1) - 1];
    };
    for (int percent = 0; percent <= 100; ++percent) sum.curve.push_back(percentile(percent));
    sum.min_us = samples_us.front();
    sum.p50_us = percentile(50);
    sum.p90_us = percentile(90);
    sum.p99_us = percentile(99);
    sum.max_us = samples_us.back();
    return sum;
}

}  // namespace rakit::certify
