#pragma once

#include "mock_cm/core/context.hpp"
#include "mock_cm/core/order.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// procedures_text is the body of GET /ra/procedures: the active token procedures that the officer's domains show, with
/// the fields that the officer's roles may see.
std::string procedures_text(const Context& context, const Officer& officer);

/// prepare_text judges what can be judged before the dialog and gives the body of the answer. It may hold the card's OP
/// PIN, so it goes nowhere but to the officer.
Result<std::string> prepare_text(const Context& context, StoreTransaction& store, const Order& order,
                                 const Officer& officer);

}  // namespace rakit::cm
