#pragma once

#include <string>
#include <vector>

#include "scenarios/runner/case_event.hpp"
#include "scenarios/runner/observation.hpp"
#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {

/// Point is one way to disturb one APDU, or one request to the CM, of an update.
struct Point {
    std::string kind;           ///< a fault of docs/formats/card.md, or a deviation of cm-config.md: "tear-within 7"
    int nth = 1;                ///< which APDU or request of the undisturbed update, from 1
    std::string of;             ///< the APDU's instruction octet in hex, or the request's method and path
    nlohmann::json fault;       ///< as the card's image takes it; null: none
    nlohmann::json deviations;  ///< as the scenario's CM takes them; null: none
};

/// can_be_swept tells whether a case is an update that ends well and that nothing disturbs as it is; only such a case
/// says what every disturbed run of it must come to.
bool can_be_swept(const Case& one);

/// card_points gives each APDU of the undisturbed run x {not executed, executed but answer lost, first n octets
/// written, 6581, card reset, card removed}. Cut writes are only UPDATE BINARY's (D6) and PUT DATA's (DB).
std::vector<Point> card_points(const std::vector<CaseEvent>& undisturbed);

/// cm_points gives each request of the undisturbed run x {lost, answer lost, cut, late, held back for good, answered by
/// a proxy that is out of order, of another content type, brought twice by a proxy, answered once more in place of the
/// next one}.
std::vector<Point> cm_points(const std::vector<CaseEvent>& undisturbed);

/// disturbed is the case with the point's fault, resumed afterwards with card and CM as they should be.
Case disturbed(const Case& one, const Point& point);

/// Outcome is what came of a point.
struct Outcome {
    std::string came;                  ///< "not begun", "went through", "resumed", or "LOST"
    std::vector<Mismatch> mismatches;  ///< of LOST: against what the update should have come to
};

/// judge_point decides: either everything is as after the undisturbed update `whole`, or nothing was ever done. `seen`
/// is of the disturbed case, `at_printer` of where its printer and card are not; `again` tells whether a printer's
/// operator had to ask for the same again. In between and afterwards the card parses and holds for each key the old or
/// the new certificate; in between not so where a PIV card's PUT DATA is cut: it has one object for each key.
Outcome judge_point(const Case& one, const Point& point, const Observation& whole, const Observation& seen,
                    const std::vector<Mismatch>& at_printer, bool again);

}  // namespace rakit::scenarios
