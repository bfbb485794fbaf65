#include "mock_cm/core/fields.hpp"

#include <algorithm>
#include <array>

#include "common/iso7816/tlv.hpp"
#include "mock_cm/core/policy.hpp"
#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

struct FieldType {
    std::string_view field;
    std::string_view attribute;  // OpenSSL's short name
    std::size_t limit;           // upper bounds of RFC 5280 appendix A.1, in characters
};

constexpr std::array kFieldTypes{
    FieldType{"commonName", "CN", 64},  FieldType{"givenName", "GN", 64},
    FieldType{"surname", "SN", 64},     FieldType{"serialNumber", "serialNumber", 64},
    FieldType{"organization", "O", 64}, FieldType{"organizationalUnit", "OU", 64},
    FieldType{"country", "C", 2},       FieldType{"title", "title", 64},
    FieldType{"email", "", 255},
};

constexpr const char* kSubjectAltName = "2.5.29.17";

const FieldType* type_of_attribute(std::string_view attribute) {
    for (const auto& type : kFieldTypes)
        if (type.attribute == attribute) return &type;
    return nullptr;
}

bool valid_email(std::string_view value) {
    const auto at = value.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == value.size() || value.find('@', at + 1) != value.npos)
        return false;
    return std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7F && c != ',' && c != ';'; });
}

bool valid(std::string_view name, std::string_view value) {
    if (value.empty()) return false;
    const auto control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; };
    if (std::any_of(value.begin(), value.end(), control)) return false;
    if (name == "country")
        return value.size() == 2 &&
               std::all_of(value.begin(), value.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (name == "email") return value.size() <= 255 && valid_email(value);
    const auto type =
        std::find_if(kFieldTypes.begin(), kFieldTypes.end(), [&](const auto& one) { return one.field == name; });
    return type != kFieldTypes.end() && characters(value).size() <= type->limit;
}

/// LineView is one line with what judges its fields.
struct LineView {
    const TokenProcedure& procedure;
    const Order& order;
    const OrderLine& line;
    const Officer& officer;
    const Format* format;  ///< null: none
};

/// wanted lists what is to stand in the line's certificate, by field name.
std::vector<std::pair<std::string, std::string>> wanted(const LineView& view) {
    std::vector<std::pair<std::string, std::string>> values;
    for (const auto& [attribute, value] : view.line.subject) {
        const auto* type = type_of_attribute(attribute);
        values.emplace_back(type == nullptr ? attribute : std::string(type->field), value);
    }
    for (const auto& [name, value] : view.order.fields)
        if (!value.empty())  // a field that the officer left empty is none
            values.emplace_back(name, value);
    return values;
}

bool has(const LineView& view, const std::string& name) {
    if (name == kQcField) return true;  // the QC statements have a rule of their own
    for (const auto& type : kFieldTypes)
        if (type.field == name && type.attribute.empty()) return !email_of(view.order).empty();
    return std::any_of(view.line.subject.begin(), view.line.subject.end(), [&](const auto& one) {
        const auto* type = type_of_attribute(one.type);
        return type != nullptr && type->field == name;
    });
}

Unexpected missing(const LineView& view, const std::string& name, const std::string& by) {
    return refuse(ErrorCode::field_missing, "the field '" + name + "' is required by " + by, "Fill in the field.",
                  view.line.key);
}

Result<void> judge_missing(const LineView& view) {
    for (const auto& field : view.procedure.fields)
        if (field.required && !has(view, field.name))
            return missing(view, field.name, "the token procedure '" + view.procedure.name + "'");
    if (view.format == nullptr) return {};
    for (const auto& field : view.format->fields)
        if (field.required && !has(view, field.name))
            return missing(view, field.name, "the certificate format '" + view.format->name + "'");
    return {};
}

Result<void> judge_allowed(const LineView& view) {
    for (const auto& [name, value] : wanted(view)) {
        const Field* field = name == kQcField ? nullptr : view.procedure.field(name);
        if (field == nullptr || !field->shown_to(view.officer))
            return refuse(ErrorCode::field_not_allowed,
                          "the field '" + name + "' is not in the input view that the token procedure '" +
                              view.procedure.name + "' has for officer '" + view.officer.name + "'",
                          "Leave the field out, or choose a procedure that has it.", view.line.key);
        if (view.format != nullptr && !view.format->fields.empty() && view.format->field(name) == nullptr)
            return refuse(ErrorCode::field_not_allowed,
                          "the certificate format '" + view.format->name + "' has no field '" + name + "'",
                          "Leave the field out.", view.line.key);
    }
    for (const auto& extension : view.line.extensions)
        if (extension.oid != kSubjectAltName && extension.oid != kQcStatementsOid)
            return refuse(ErrorCode::field_not_allowed, "the officer may not choose the extension " + extension.oid,
                          "Ask for an e-mail address and QC statements at most.", view.line.key);
    return {};
}

Result<void> judge_value(const LineView& view, const std::string& name, const std::string& value) {
    std::string wrong;
    const FormatField* rule = view.format == nullptr ? nullptr : view.format->field(name);
    if (!valid(name, value))
        wrong = "not empty, no control characters, of the length that X.520 allows, a country as two capital letters";
    else if (rule != nullptr && rule->max_length && characters(value).size() > *rule->max_length)
        wrong = std::to_string(*rule->max_length) + " characters at most";
    else if (rule != nullptr && rule->pattern && !rule->pattern->matches(value))
        wrong = "of the form " + rule->pattern->text();
    if (wrong.empty()) return {};
    return refuse(ErrorCode::field_invalid, "'" + value + "' is no value for the field '" + name + "'",
                  "Correct the field: " + wrong + ".", view.line.key);
}

Result<void> judge_values(const LineView& view) {
    for (const auto& [name, value] : wanted(view)) {
        if (auto good = judge_value(view, name, value); !good) return good;
        const auto typed = view.order.fields.find(name);
        if (typed != view.order.fields.end() && typed->second != value)
            return refuse(ErrorCode::field_invalid,
                          "the subject has '" + value + "' as " + name + ", the officer signed '" + typed->second + "'",
                          "Make subject and fields agree.", view.line.key);
    }
    const auto email = email_of(view.order);
    for (const auto& extension : view.line.extensions)
        if (extension.oid == kSubjectAltName && (email.empty() || subject_alt_name(email) != extension.value))
            return refuse(ErrorCode::field_invalid, "the subjectAltName is not exactly the field 'email'",
                          "Make subjectAltName and fields agree.", view.line.key);
    return {};
}

}  // namespace

std::string email_of(const Order& order) {
    const auto email = order.fields.find("email");
    return email == order.fields.end() ? std::string() : email->second;
}

Bytes subject_alt_name(std::string_view email) {
    constexpr std::uint32_t kSequence = 0x30, kRfc822Name = 0x81;
    return iso7816::TlvWriter()
        .nest(kSequence, [&](iso7816::TlvWriter& names) { names.put(kRfc822Name, as_bytes(email)); })
        .bytes();
}

Result<void> judge_fields(const Context& context, const TokenProcedure& procedure, const Order& order,
                          const Officer& officer) {
    for (const auto judge : {judge_missing, judge_allowed, judge_values})
        for (const auto& line : order.lines) {
            const auto how = certificate_procedure_for(context, procedure, line);
            if (!how) return Unexpected{how.error()};
            if (auto good = judge({procedure, order, line, officer, context.config.format((*how)->format)}); !good)
                return good;
        }
    return {};
}

FieldRule field_rule(const Context& context, const TokenProcedure& procedure, std::string_view name) {
    FieldRule rule;
    for (const auto& one : procedure.certificate_procedures) {
        const auto* certificate = context.config.certificate_procedure(one);
        if (certificate == nullptr || !certificate->active) continue;
        const auto* format = context.config.format(certificate->format);
        const auto* field = format == nullptr ? nullptr : format->field(name);
        if (field == nullptr) continue;
        rule.required = rule.required || field->required;
        if (field->max_length)
            rule.max_length = std::min(rule.max_length.value_or(*field->max_length), *field->max_length);
        if (field->pattern) rule.pattern = field->pattern->text();
    }
    return rule;
}

}  // namespace rakit::cm
