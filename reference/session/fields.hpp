#pragma once

#include "reference/session/update.hpp"

namespace rakit::reference::core {

/// FieldPlan is the input view of one order.
struct FieldPlan {
    std::vector<Field> visible;  ///< in the input view's order
    std::map<std::string, std::string>
        known;                         ///< of the visible ones: read from the card, overridden by what was typed
    std::vector<std::string> dropped;  ///< on the card, but not visible: left out of the certificate
    bool ask = false;                  ///< the officer has something to fill in
};

/// plan_fields joins what the card holds, what the officer typed and what the procedure shows. Data are read from the
/// certificates that are no TC: a TC's subject speaks of the card, not of its owner (harness-defined).
/// Failure: field_not_allowed (typed, but the input view hasn't it).
Result<FieldPlan> plan_fields(const Procedure& procedure, const UpdateRequest& request, const Contents& contents,
                              const std::vector<OrderLine>& lines);

/// missing_field names the first required field without a value; empty if there is none.
std::string missing_field(const std::vector<Field>& fields, const std::map<std::string, std::string>& values);

}  // namespace rakit::reference::core
