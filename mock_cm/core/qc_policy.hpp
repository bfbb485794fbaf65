#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mock_cm/core/context.hpp"
#include "mock_cm/core/order.hpp"

namespace rakit::cm {

/// judge_qc checks the officer's QC statements of each line. Refusals: qc_not_allowed (no QC field in the officer's
/// view, a type that the certificate procedure doesn't allow, a fixed one overridden), qc_missing (the format requires
/// it), qc_invalid.
Result<void> judge_qc(const Context& context, const TokenProcedure& procedure, const Order& order,
                      const Officer& officer);

/// merged_qc gives what a judged line's certificate holds: the fixed statements, then the officer's.
std::vector<QcStatement> merged_qc(const CertificateProcedure& procedure, const OrderLine& line);

/// qc_policy is docs/formats/wire.md's QC-POLICY of a token procedure; null if it issues no qualified certificates.
nlohmann::ordered_json qc_policy(const Context& context, const TokenProcedure& procedure);

}  // namespace rakit::cm
