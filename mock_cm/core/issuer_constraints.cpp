#include "mock_cm/core/issuer_constraints.hpp"

#include <algorithm>

namespace rakit::cm {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool holds(const NameRule& rule, const x509::DistinguishedName& issuer) {
    const bool found = std::any_of(issuer.begin(), issuer.end(), [&](const auto& attribute) {
        return attribute.type == rule.type && same(attribute.value, rule.value);
    });
    return found == rule.equal;
}

}  // namespace

bool may_use_issuer(const std::vector<IssuerRule>& rules, const x509::DistinguishedName& issuer) {
    if (rules.empty()) return true;
    return std::any_of(rules.begin(), rules.end(), [&](const IssuerRule& rule) {
        return std::all_of(rule.begin(), rule.end(), [&](const NameRule& one) { return holds(one, issuer); });
    });
}

}  // namespace rakit::cm
