#pragma once

#include "mock_cm/core/context.hpp"
#include "mock_cm/core/order.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// Reply is a response before it is sealed, with the certificates that go into its bag.
struct Reply {
    PkiResponse response;
    std::vector<x509::Certificate> bag;
};

/// judge_order applies every control of docs/errors.md from the procedure on, in its precedence.
Result<const TokenProcedure*> judge_order(const Context& context, StoreTransaction& store, const Order& order,
                                          const Officer& officer);

/// issue_lines makes one certificate for each line of a judged order, on hold, puts them into the store and into
/// `record`'s items; in the lines' order.
Result<std::vector<x509::Certificate>> issue_lines(const Context& context, StoreTransaction& store,
                                                   const TokenProcedure& procedure, const Order& order,
                                                   OrderRecord& record);

/// issue_order makes one certificate for each line of a judged order, puts them into the store - active at once if the
/// procedure asks for no confirmation - and fills `record`'s items, revokes and state. The caller stores the record and
/// commits. Gives the certificates in the items' order.
Result<std::vector<x509::Certificate>> issue_order(const Context& context, StoreTransaction& store,
                                                   const TokenProcedure& procedure, const Order& order,
                                                   OrderRecord& record);

/// issued_reply tells what an issued order's record holds.
Result<Reply> issued_reply(const Context& context, StoreTransaction& store, const OrderRecord& record);
/// issued_reply with the certificates of the record's items at hand.
Reply issued_reply(const Context& context, const OrderRecord& record, std::vector<x509::Certificate> issued);

/// complete_order lets an order take effect: certificates active, replaced ones revoked, TCs used.
/// Refusal: tc_already_used, if another order exchanged the TC in the meantime.
Result<void> complete_order(const Context& context, StoreTransaction& store, OrderRecord& record);

/// abandon_order revokes what was issued (cessationOfOperation).
Result<void> abandon_order(const Context& context, StoreTransaction& store, OrderRecord& record);

}  // namespace rakit::cm
