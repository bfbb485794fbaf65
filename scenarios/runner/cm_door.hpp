#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/host.hpp"
#include "reference/cm/http_exchange.hpp"
#include "reference/officer/officer.hpp"
#include "scenarios/runner/bending.hpp"

namespace rakit::scenarios {

/// CmDoor is how the RA reaches the CM of one case.
class CmDoor {
public:
    virtual ~CmDoor() = default;
    /// url is where it listens; made up where nothing does.
    virtual std::string url() const = 0;
    /// exchange is the reference's way in; the officer outlives it.
    virtual Result<std::unique_ptr<reference::HttpExchange>> exchange(const reference::OfficerCredential& officer) = 0;
};

/// direct_door calls the host in this process; who the officer is counts as it does over TLS: a certificate of the
/// officer CA with its key unlocked. `host` and `hierarchy` outlive it.
std::unique_ptr<CmDoor> direct_door(cm::Host& host, const cm::Hierarchy& hierarchy);

/// bent_door does to each answer of a door without a wire what the deviations of mock_cm/http do to it, as far as there
/// is anything to bend: TLS there is none. A wait passes on the clock.
std::unique_ptr<CmDoor> bent_door(std::unique_ptr<CmDoor> door, Bending& bending, Clock& clock);

/// https_door serves the host on loopback; `bending` outlives it. Failures: Server::start's.
Result<std::unique_ptr<CmDoor>> https_door(cm::Host& host, const cm::Hierarchy& hierarchy, Bending& bending);

}  // namespace rakit::scenarios
