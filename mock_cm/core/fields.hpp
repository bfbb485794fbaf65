#pragma once

#include <string_view>

#include "mock_cm/core/context.hpp"
#include "mock_cm/core/order.hpp"

namespace rakit::cm {

/// judge_fields checks each line's subject and extensions, and what the officer typed, against the input view, the
/// officer's roles and the certificate's format. Refusals: field_missing, field_not_allowed, field_invalid.
Result<void> judge_fields(const Context& context, const TokenProcedure& procedure, const Order& order,
                          const Officer& officer);

/// FieldRule is what the formats of a token procedure's active certificate procedures say together about a field.
struct FieldRule {
    bool required = false;
    std::optional<std::size_t> max_length;
    std::optional<std::string> pattern;
};
FieldRule field_rule(const Context& context, const TokenProcedure& procedure, std::string_view name);

/// email_of gives the e-mail address that the officer wants in the certificate; empty if none.
std::string email_of(const Order& order);

/// subject_alt_name gives the DER of a subjectAltName with one rfc822Name (RFC 5280 section 4.2.1.6).
Bytes subject_alt_name(std::string_view email);

}  // namespace rakit::cm
