#pragma once

#include "mock_cm/core/issuance.hpp"

namespace rakit::cm {

/// waits tells whether a new order is to wait for approval: by its procedure, or by Deviations::pending_times.
bool waits(const Context& context, const TokenProcedure& procedure);

/// start_waiting puts a judged order into its waiting state; `message` is the whole first message.
void start_waiting(const Context& context, const TokenProcedure& procedure, ByteView message, const Order& order,
                   OrderRecord& record);

/// pending_reply is the answer `pending`, with the token that queryPending must show and the time to ask again.
Reply pending_reply(const Context& context, const OrderRecord& record);

/// ask counts one question and tells whether the order is approved now. Refusals: request_malformed for a wrong token;
/// approval_refused.
Result<bool> ask(const PkiData& data, OrderRecord& record);

/// decide approves or refuses a waiting order, for the control call. Failure: request_malformed if none such waits.
Result<void> decide(StoreTransaction& store, ByteView transaction_id, bool approve);

}  // namespace rakit::cm
