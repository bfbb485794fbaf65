#pragma once

#include "mock_cm/core/issuance.hpp"

namespace rakit::cm {

/// is_confirmation tells a confirmation from an order: no requests, and acceptances or a status.
bool is_confirmation(const PkiData& data);

/// confirm_order takes the RA's word that the card holds the certificates, or that it does not (docs/formats/wire.md,
/// Confirmation), and changes `record` and the store by it. Refusals: request_malformed, replay_conflict;
/// those that take the order back - tc_already_used, and cm_internal by Deviations::refuse_confirmation - leave its
/// state at failed, and the store must be committed all the same.
Result<Reply> confirm_order(const Context& context, StoreTransaction& store, const PkiData& data, OrderRecord& record);

}  // namespace rakit::cm
