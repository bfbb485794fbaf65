#pragma once

#include "common/base/clock.hpp"
#include "common/base/rng.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/config.hpp"

namespace rakit::cm {

/// Context is what every decision may consult; the database comes as a StoreTransaction beside it.
struct Context {
    const Config& config;
    const Hierarchy& hierarchy;
    Rng& rng;
    UtcTime now;
};

}  // namespace rakit::cm
