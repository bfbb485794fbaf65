#pragma once

#include <memory>

#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/control/offset_clock.hpp"
#include "mock_cm/core/cm_host.hpp"
#include "mock_cm/core/config.hpp"
#include "mock_cm/core/store.hpp"
#include "mock_cm/front/front_host.hpp"
#include "scenarios/runner/observation.hpp"
#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {

/// cm_config lays a case's differences over the CM's default configuration: objects by RFC 7396, and into lists whose
/// entries have names, objects of NAME: members (a new name adds an entry, null takes one away). Failure:
/// document_invalid.
Result<cm::Config> cm_config(const CmSetup& cm, const OfficerSetup& officer);

/// CmSide is the CM of one case: its own database in memory, and the policy over it.
class CmSide {
public:
    /// make fails as cm_config and the store do. What is passed in outlives it.
    /// `op_pin` is the card's own.
    static Result<std::unique_ptr<CmSide>> make(const Case& one, const CardView& card, const Pin& op_pin,
                                                const cm::Hierarchy& hierarchy, Clock& clock, Rng& rng);
    cm::Host& host() { return *x_front; }
    /// core takes changes of the configuration while the case runs.
    cm::CmHost& core() { return *x_host; }
    /// revoke has the database say that a certificate is revoked. Failure: io_failed.
    Result<void> revoke(const x509::Certificate& certificate);
    /// view reads what the store holds of these cards, as they were before. Failure: io_failed.
    Result<CmView> view(const std::vector<const CardView*>& before);
    /// log_text gives the request log's sentences, for the search for secrets.
    Result<std::string> log_text();

private:
    CmSide() = default;
    std::unique_ptr<cm::OffsetClock> x_clock;
    std::unique_ptr<cm::Store> x_store;
    std::unique_ptr<cm::CmHost> x_host;
    std::unique_ptr<cm::FrontHost> x_front;
};

}  // namespace rakit::scenarios
