#pragma once

#include <memory>

#include "common/base/clock.hpp"
#include "common/base/rng.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/config.hpp"
#include "mock_cm/core/host.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// CmHost is the CM's policy behind docs/formats/wire.md's four routes: request in, answer out; time and random numbers
/// (certificate serial numbers, nonces) come from what is passed in, which must outlive it. Never throws.
class CmHost final : public Host {
public:
    CmHost(Config config, const Hierarchy& hierarchy, Store& store, Clock& clock, Rng& rng);
    ~CmHost() override;
    net::HttpResponse handle(const net::HttpRequest& request) override;

private:
    struct Parts;
    std::unique_ptr<Parts> x_parts;
};

}  // namespace rakit::cm
