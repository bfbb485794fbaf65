#pragma once

#include "mock_cm/core/context.hpp"
#include "mock_cm/core/order.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// judge_visible refuses what an officer may not even try: issuer_constraint, domain_not_visible.
Result<void> judge_visible(const Context& context, const TokenProcedure& procedure, const Order& order,
                           const Officer& officer);

/// judge_procedure finds the order's token procedure. `officer` is who signs, or in prepare will. Refusals:
/// issuer_constraint, domain_not_visible, procedure_unknown, procedure_closed, storage_profile_mismatch,
/// no_certificate_procedure, ambiguous_certificate_procedure.
Result<const TokenProcedure*> judge_procedure(const Context& context, const Order& order, const Officer& officer);

/// certificate_procedure_for chooses by key usage among the active ones of a token procedure.
Result<const CertificateProcedure*> certificate_procedure_for(const Context& context, const TokenProcedure& procedure,
                                                              const OrderLine& line);

/// only_usage gives the key usage of a token procedure's only active certificate procedure; empty if there are several.
std::vector<std::string> only_usage(const Context& context, const TokenProcedure& procedure);

/// judge_card refuses with card_serial_out_of_range, static_token_officer_card and card_unknown.
Result<void> judge_card(const Context& context, const TokenProcedure& procedure, const Order& order);

/// judge_keys refuses with pop_failed and key_reuse_forbidden; the TC controls come before it.
Result<void> judge_keys(StoreTransaction& store, const TokenProcedure& procedure, const Order& order);

/// judge_revocations refuses with revoke_target_unknown what is not the replaced certificate of a Redo line.
Result<void> judge_revocations(const Context& context, const Order& order);

}  // namespace rakit::cm
