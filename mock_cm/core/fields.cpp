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
constexpr const char* kQcStatements = "1.3.6.1.5.5.7.1.3";

const Field* field_of(const TokenProcedure& procedure, std::string_view name) {
    for (const auto& field : procedure.fields)
        if (field.name == name) return &field;
    return nullptr;
}

const FieldType* type_of_attribute(std::string_view attribute) {
    for (const auto& type : kFieldTypes)
        if (type.attribute == attribute) return &type;
    return nullptr;
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
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
    return type != kFieldTypes.end() && characters(value) <= type->limit;
}

Result<void> judge_value(const TokenProcedure& procedure, const std::string& name, const std::string& value,
                         const std::string& line) {
    const Field* field = field_of(procedure, name);
    if (field == nullptr || !field->visible)
        return refuse(
            ErrorCode::field_not_allowed,
            "the field '" + name + "' is not in the input view of the token procedure '" + procedure.name + "'",
            "Leave the field out, or choose a procedure that has it.", line);
    if (valid(name, value)) return {};
    return refuse(ErrorCode::field_invalid, "'" + value + "' is no value for the field '" + name + "'",
                  "Correct the field: not empty, no control characters, of the length that X.520 allows, a country as "
                  "two capital letters.",
                  line);
}

Result<void> judge_subject(const TokenProcedure& procedure, const Order& order, const OrderLine& line) {
    for (const auto& [attribute, value] : line.subject) {
        const auto* type = type_of_attribute(attribute);
        const std::string name = type == nullptr ? attribute : std::string(type->field);
        if (auto good = judge_value(procedure, name, value, line.key); !good) return good;
        const auto typed = order.fields.find(name);
        if (typed != order.fields.end() && typed->second != value)
            return refuse(ErrorCode::field_invalid,
                          "the subject has '" + value + "' as " + name + ", the officer signed '" + typed->second + "'",
                          "Make subject and fields agree.", line.key);
    }
    return {};
}

Result<void> judge_extensions(const Order& order, const OrderLine& line) {
    for (const auto& extension : line.extensions) {
        if (extension.oid == kQcStatements)
            return refuse(ErrorCode::qc_not_allowed, "the officer may not add QC statements in this procedure",
                          "Leave the statements out.", line.key);
        if (extension.oid != kSubjectAltName)
            return refuse(ErrorCode::field_not_allowed, "the officer may not choose the extension " + extension.oid,
                          "Ask for an e-mail address at most.", line.key);
        if (email_of(order).empty() || subject_alt_name(email_of(order)) != extension.value)
            return refuse(ErrorCode::field_invalid, "the subjectAltName is not exactly the field 'email'",
                          "Make subjectAltName and fields agree.", line.key);
    }
    return {};
}

bool has(const Order& order, const OrderLine& line, const Field& field) {
    for (const auto& type : kFieldTypes)
        if (type.field == field.name && !type.attribute.empty())
            return std::any_of(line.subject.begin(), line.subject.end(),
                               [&](const auto& one) { return one.type == type.attribute; });
    return !email_of(order).empty();
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

Result<void> judge_fields(const TokenProcedure& procedure, const Order& order) {
    for (const auto& line : order.lines)
        for (const auto& field : procedure.fields)
            if (field.required && !has(order, line, field))
                return refuse(
                    ErrorCode::field_missing,
                    "the field '" + field.name + "' is required by the token procedure '" + procedure.name + "'",
                    "Fill in the field.", line.key);
    for (const auto& [name, value] : order.fields)
        if (!value.empty())  // a field that the officer left empty is none
            if (auto good = judge_value(procedure, name, value, {}); !good) return good;
    for (const auto& line : order.lines) {
        if (auto good = judge_subject(procedure, order, line); !good) return good;
        if (auto good = judge_extensions(order, line); !good) return good;
    }
    return {};
}

}  // namespace rakit::cm
