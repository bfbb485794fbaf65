#include "scenarios/runner/bending.hpp"

#include <algorithm>

namespace rakit::scenarios {

Bending::Bending(const cm::Deviations& wanted, std::vector<int> at, std::function<void(const cm::Deviations&)> core)
    : x_wanted(wanted), x_at(std::move(at)), x_core(std::move(core)) {
    if (!x_at.empty()) x_core(current());
}

void Bending::request_came() {
    const std::lock_guard lock(x_mutex);
    ++x_requests;
    if (!x_at.empty()) x_core(current());
}

cm::Deviations Bending::now() const {
    const std::lock_guard lock(x_mutex);
    return current();
}

cm::Deviations Bending::current() const {
    const bool all = x_at.empty() || std::find(x_at.begin(), x_at.end(), x_requests) != x_at.end();
    return all ? x_wanted : cm::Deviations();
}

}  // namespace rakit::scenarios
