#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::cm {

/// QcType is a QC statement of ETSI EN 319 412-5, by the last arc of 0.4.0.1862.1.
enum class QcType {
    compliance = 1,
    limit_value = 2,
    retention_period = 3,
    sscd = 4,
    pds = 5,
    type = 6,
    cc_legislation = 7,
};

/// name gives `QcCompliance`, `QcLimitValue`, ... as docs/formats/wire.md has them.
std::string_view name(QcType type);
std::optional<QcType> qc_type_from_name(std::string_view name);

/// QcStatement is one statement: a QCStatement of RFC 3739 section 3.2.6, DER.
struct QcStatement {
    QcType type = QcType::compliance;
    Bytes der;
    bool operator==(const QcStatement&) const = default;
};

inline constexpr const char* kQcStatementsOid = "1.3.6.1.5.5.7.1.3";

/// make_qc_statement encodes docs/formats/wire.md's QC. Failure: qc_invalid if EN 319 412-5 forbids it.
Result<QcStatement> make_qc_statement(const nlohmann::json& qc);

/// read_qc_statements reads the value of a qcStatements extension, the statements' contents unseen. Failures:
/// qc_not_allowed for a statement that is none of QcType's; qc_invalid for a type that stands twice, or no list.
Result<std::vector<QcStatement>> read_qc_statements(ByteView extension);

/// check_qc_contents refuses with qc_invalid what EN 319 412-5 forbids in a statement.
Result<void> check_qc_contents(const QcStatement& statement);

/// qc_extension encodes the value of the extension.
Bytes qc_extension(const std::vector<QcStatement>& statements);

/// qc_json gives the QC of a statement that make_qc_statement or check_qc_contents accepted.
nlohmann::ordered_json qc_json(const QcStatement& statement);

}  // namespace rakit::cm
