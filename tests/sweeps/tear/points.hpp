#pragma once

#include <string>
#include <vector>

#include "scenarios/runner/case_event.hpp"
#include "scenarios/runner/observation.hpp"
#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {

/// TearPoint is one way to disturb one command of an update.
struct TearPoint {
    std::string kind;      ///< as a fault of docs/formats/card.md, `within` with its octets: "tear-within 7"
    unsigned command = 1;  ///< which APDU of the undisturbed update, from 1
    std::string ins;       ///< its instruction octet in hex
    nlohmann::json fault;  ///< as the card's image takes it
};

/// can_be_swept tells whether a case is an update that ends well and that nothing disturbs as it is; only such a case
/// says what every disturbed run of it must come to.
bool can_be_swept(const Case& one);

/// tear_points gives each APDU of the undisturbed run x {not executed, executed but answer lost, first n octets
/// written, 6581, card reset, card removed}. Cut writes are only UPDATE BINARY's (D6) and PUT DATA's (DB).
std::vector<TearPoint> tear_points(const std::vector<CaseEvent>& undisturbed);

/// disturbed is the case with the fault on its card, resumed afterwards with the card whole.
Case disturbed(const Case& one, const TearPoint& point);

/// Outcome is what came of a point.
struct Outcome {
    std::string came;                  ///< "not begun", "went through", "resumed", or "LOST"
    std::vector<Mismatch> mismatches;  ///< of LOST: against what the update should have come to
};

/// judge_point decides: either everything is as after the undisturbed update `whole`, or nothing was ever done. `seen`
/// is of the disturbed case. In between and afterwards the card parses and holds for each key the old or the new
/// certificate.
Outcome judge_point(const Case& one, const Observation& whole, const Observation& seen);

}  // namespace rakit::scenarios
