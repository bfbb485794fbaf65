#pragma once

#include "mock_cm/core/context.hpp"
#include "mock_cm/core/order.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// judge_tc_lines refuses what needs no certificate to see: tc_control_missing, tc_missing, tc_wrong_action.
Result<void> judge_tc_lines(const TokenProcedure& procedure, const Order& order);

/// judge_tc applies the procedure's controls to the TC of one line, in this order: tc_bad_signature, tc_untrusted,
/// tc_not_yet_valid, tc_expired, tc_revoked (the CM database), tc_wrong_policy, tc_key_mismatch,
/// tc_serial_out_of_range, tc_no_possession, tc_already_used. A line without a TC passes.
Result<void> judge_tc(const Context& context, StoreTransaction& store, const TokenProcedure& procedure,
                      const Order& order, const OrderLine& line);

}  // namespace rakit::cm
