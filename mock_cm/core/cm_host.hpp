#pragma once

#include <functional>
#include <memory>

#include "common/base/clock.hpp"
#include "common/base/rng.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/context.hpp"
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

    /// context is what a request that comes now is judged by; for the other dialects' routes. Safe from any thread.
    Context context() const;
    /// change alters the configuration for requests that come after it - states, deviations, the public URL.
    void change(const std::function<void(Config&)>& alter);

private:
    struct Parts;
    std::unique_ptr<Parts> x_parts;
};

}  // namespace rakit::cm
