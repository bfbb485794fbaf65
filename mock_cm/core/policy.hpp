#pragma once

#include "mock_cm/core/context.hpp"
#include "mock_cm/core/order.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// judge_procedure finds the order's token procedure. Refusals: procedure_unknown, procedure_closed,
/// storage_profile_mismatch, no_certificate_procedure, ambiguous_certificate_procedure.
Result<const TokenProcedure*> judge_procedure(const Context& context, const Order& order);

/// certificate_procedure_for chooses by key usage among the active ones of a token procedure.
Result<const CertificateProcedure*> certificate_procedure_for(const Context& context, const TokenProcedure& procedure,
                                                              const OrderLine& line);

/// only_usage gives the key usage of a token procedure's only active certificate procedure; empty if there are several.
std::vector<std::string> only_usage(const Context& context, const TokenProcedure& procedure);

/// judge_card refuses with card_serial_out_of_range and static_token_officer_card.
Result<void> judge_card(const Context& context, const TokenProcedure& procedure, const Order& order);

/// judge_keys refuses with pop_failed and key_reuse_forbidden; the TC controls come before it.
Result<void> judge_keys(StoreTransaction& store, const TokenProcedure& procedure, const Order& order);

/// judge_fields checks each line's subject and extensions against the input view. Refusals: field_missing,
/// field_not_allowed, field_invalid, qc_not_allowed.
Result<void> judge_fields(const TokenProcedure& procedure, const Order& order);

/// judge_revocations refuses with revoke_target_unknown what is not the replaced certificate of a Redo line.
Result<void> judge_revocations(const Context& context, const Order& order);

}  // namespace rakit::cm
