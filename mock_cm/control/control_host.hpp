#pragma once

#include "mock_cm/control/offset_clock.hpp"
#include "mock_cm/core/cm_host.hpp"

namespace rakit::cm {

/// ControlHost is docs/formats/cm-control.md: a test looks at the running host and changes what it does - state, clock,
/// faults. It asks nobody who he is; whoever serves it does so on the loopback alone, never where RAs come. Requests
/// whose Host field isn't the loopback's are refused, so that no web page reaches it through a browser.
class ControlHost final : public Host {
public:
    /// All must outlive this.
    ControlHost(CmHost& core, Store& store, OffsetClock& clock) : x_core(core), x_store(store), x_clock(clock) {}
    net::HttpResponse handle(const net::HttpRequest& request) override;

private:
    CmHost& x_core;
    Store& x_store;
    OffsetClock& x_clock;
};

}  // namespace rakit::cm
