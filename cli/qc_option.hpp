#pragma once

#include <string>

#include "reference/cm/qc_statement.hpp"

namespace rakit::cli {

/// kQcSyntax is the syntax of --qc for people, a line for each type.
extern const char* const kQcSyntax;

/// parse_qc reads `TYPE` or `TYPE=VALUE`: QcCompliance, QcSSCD, QcLimitValue=EUR,500,3 (currency, amount, exponent),
/// QcRetentionPeriod=10 (years), QcType=esign,eseal, QcCClegislation=SE,NO, and QcPDS=en,https://a sv,https://b
/// (language and URL, a blank between two). Failures: usage, qc_invalid with the member in `where`.
Result<reference::QcStatement> parse_qc(const std::string& text);

}  // namespace rakit::cli
