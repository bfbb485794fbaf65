#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

/// QC statements (RFC 3739 section 3.2.6, ETSI EN 319 412-5 section 4) as values, as the JSON of docs/formats/wire.md,
/// and as the octets of the extension.
namespace rakit::reference {

/// QcCompliance: the certificate is an EU qualified one (section 4.2.1).
struct QcCompliance {
    bool operator==(const QcCompliance&) const = default;
};
/// QcLimitValue limits a transaction to amount * 10^exponent (section 4.3.2).
struct QcLimitValue {
    std::string currency;  ///< ISO 4217: three upper-case letters, or the number from 1 to 999 as text
    std::int64_t amount = 0;
    std::int64_t exponent = 0;
    bool operator==(const QcLimitValue&) const = default;
};
/// QcRetentionPeriod is how long material is kept after the certificate's end (section 4.3.3).
struct QcRetentionPeriod {
    std::int64_t years = 0;
    bool operator==(const QcRetentionPeriod&) const = default;
};
/// QcSscd: the key lies in a qualified signature or seal creation device (section 4.2.2).
struct QcSscd {
    bool operator==(const QcSscd&) const = default;
};
/// QcPds says where the PKI disclosure statements lie (section 4.3.4).
struct QcPds {
    struct Location {
        std::string url;       ///< https
        std::string language;  ///< two lower-case letters, ISO 639-1
        bool operator==(const Location&) const = default;
    };
    std::vector<Location> locations;  ///< at least one in English
    bool operator==(const QcPds&) const = default;
};
/// QcType says what the certificate is for (section 4.2.3): "esign", "eseal", "web".
struct QcType {
    std::vector<std::string> types;
    bool operator==(const QcType&) const = default;
};
/// QcCClegislation names the countries under whose law it is qualified (section 4.2.4): two upper-case letters each.
struct QcCClegislation {
    std::vector<std::string> countries;
    bool operator==(const QcCClegislation&) const = default;
};

using QcStatement = std::variant<QcCompliance, QcLimitValue, QcRetentionPeriod, QcSscd, QcPds, QcType, QcCClegislation>;

/// QcPolicy is what a procedure says about QC statements.
struct QcPolicy {
    std::vector<QcStatement> fixed;     ///< every certificate gets them
    std::vector<std::string> allowed;   ///< type names that the officer may add
    std::vector<std::string> required;  ///< type names that must be there in the end
};

/// qc_type_names lists the names of all types, in the order of QcStatement.
const std::vector<std::string>& qc_type_names();
/// name gives a statement's type: "QcCompliance", ...
const std::string& name(const QcStatement& statement);
/// summary gives one line for people: "QcLimitValue 500*10^3 EUR".
std::string summary(const QcStatement& statement);

/// read_qc_statement reads one statement and checks it (check_qc_statement). `where` is the JSON Pointer of the value.
/// Failure: qc_invalid, with the pointer of the member in `where`.
Result<QcStatement> read_qc_statement(const nlohmann::json& value, const std::string& where = {});
/// parse_qc_statement reads the JSON text of one statement. Failures: as read_qc_statement, or the syntax error.
Result<QcStatement> parse_qc_statement(std::string_view json);
/// to_json gives what read_qc_statement reads.
nlohmann::json to_json(const QcStatement& statement);

/// check_qc_statement tells what EN 319 412-5 forbids. Failure: qc_invalid, with the JSON Pointer of the member below
/// `where`.
Result<void> check_qc_statement(const QcStatement& statement, const std::string& where = {});
/// check_qc_statements judges what the officer adds under a procedure's policy: each statement by itself, no type
/// twice, none that the policy doesn't allow, none of a fixed type unless it is the same, and all required types there.
/// Failures: qc_invalid, qc_not_allowed, qc_missing; `where` is the JSON Pointer into the list.
Result<void> check_qc_statements(const std::vector<QcStatement>& added, const QcPolicy& policy);

/// encode_qc_statement gives a QCStatement, DER.
Bytes encode_qc_statement(const QcStatement& statement);
/// encode_qc_extension gives the qcStatements Extension (1.3.6.1.5.5.7.1.3), DER, not critical. Empty for none.
Bytes encode_qc_extension(const std::vector<QcStatement>& statements);

}  // namespace rakit::reference
