#include "mock_cm/core/qc_policy.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "mock_cm/core/policy.hpp"
#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

using nlohmann::ordered_json;

/// LineQc is one line's statements beside what its certificate procedure says.
struct LineQc {
    const OrderLine& line;
    const CertificateProcedure& procedure;
    const Format* format;
    bool field_shown;
    std::vector<QcStatement> officers;
};

bool holds(const std::vector<QcStatement>& statements, QcType type) {
    return std::any_of(statements.begin(), statements.end(), [&](const auto& one) { return one.type == type; });
}

Unexpected not_allowed(const LineQc& qc, std::string cause) {
    return refuse(ErrorCode::qc_not_allowed, std::move(cause), "Leave the statement out.", qc.line.key);
}

Result<void> judge_allowed(const LineQc& qc) {
    for (const auto& one : qc.officers) {
        const std::string type(name(one.type));
        if (!qc.field_shown)
            return not_allowed(qc, "the officer may not add QC statements: the input view has no QC field");
        const auto& fixed = qc.procedure.qc_fixed;
        if (std::find(fixed.begin(), fixed.end(), one) != fixed.end()) continue;
        if (holds(fixed, one.type))
            return not_allowed(qc, "the certificate procedure '" + qc.procedure.name + "' fixes the statement " + type +
                                       ", and the officer's is another");
        const auto& allowed = qc.procedure.qc_allowed;
        if (std::find(allowed.begin(), allowed.end(), one.type) == allowed.end())
            return not_allowed(qc, "the certificate procedure '" + qc.procedure.name +
                                       "' does not let the officer add the statement " + type);
    }
    return {};
}

Result<void> judge_required(const LineQc& qc) {
    if (qc.format == nullptr) return {};
    for (const auto type : qc.format->qc_required)
        if (!holds(qc.officers, type) && !holds(qc.procedure.qc_fixed, type))
            return refuse(
                ErrorCode::qc_missing,
                "the certificate format '" + qc.format->name + "' requires the statement " + std::string(name(type)),
                "Add the statement.", qc.line.key);
    return {};
}

Result<void> judge_contents(const LineQc& qc) {
    for (const auto& one : qc.officers)
        if (auto good = check_qc_contents(one); !good) {
            Error error = std::move(good).error();
            error.line = qc.line.key;
            return fail(std::move(error));
        }
    return {};
}

Result<std::vector<QcStatement>> officers_statements(const OrderLine& line) {
    for (const auto& extension : line.extensions) {
        if (extension.oid != kQcStatementsOid) continue;
        auto statements = read_qc_statements(extension.value);
        if (statements) return statements;
        Error error = std::move(statements).error();
        error.line = line.key;
        return fail(std::move(error));
    }
    return std::vector<QcStatement>();
}

}  // namespace

Result<void> judge_qc(const Context& context, const TokenProcedure& procedure, const Order& order,
                      const Officer& officer) {
    const Field* field = procedure.field(kQcField);
    std::vector<LineQc> lines;
    for (const auto& line : order.lines) {
        const auto how = certificate_procedure_for(context, procedure, line);
        if (!how) return Unexpected{how.error()};
        auto statements = officers_statements(line);
        if (!statements) return Unexpected{std::move(statements).error()};
        lines.push_back({line, **how, context.config.format((*how)->format),
                         field != nullptr && field->shown_to(officer), *std::move(statements)});
    }
    for (const auto judge : {judge_allowed, judge_required, judge_contents})
        for (const auto& line : lines)
            if (auto good = judge(line); !good) return good;
    return {};
}

std::vector<QcStatement> merged_qc(const CertificateProcedure& procedure, const OrderLine& line) {
    auto merged = procedure.qc_fixed;
    if (const auto statements = officers_statements(line))
        for (const auto& one : *statements)
            if (!holds(merged, one.type)) merged.push_back(one);
    return merged;
}

ordered_json qc_policy(const Context& context, const TokenProcedure& procedure) {
    ordered_json fixed = ordered_json::array();
    std::set<std::string_view> allowed, required;
    bool qualified = false;
    for (const auto& name_of_one : procedure.certificate_procedures) {
        const auto* one = context.config.certificate_procedure(name_of_one);
        if (one == nullptr || !one->active || !one->qualified()) continue;
        qualified = true;
        for (const auto& statement : one->qc_fixed)
            if (auto qc = qc_json(statement); std::find(fixed.begin(), fixed.end(), qc) == fixed.end())
                fixed.push_back(std::move(qc));
        for (const auto type : one->qc_allowed) allowed.insert(name(type));
        if (const auto* format = context.config.format(one->format))
            for (const auto type : format->qc_required) required.insert(name(type));
    }
    if (!qualified) return nullptr;
    return {{"fixed", std::move(fixed)}, {"allowed", allowed}, {"required", required}};
}

}  // namespace rakit::cm
