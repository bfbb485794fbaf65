#include "certify/core/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

namespace rakit::certify {
namespace {

using nlohmann::json;

std::vector<std::string> split(std::string_view text, std::string_view by) {
    std::vector<std::string> parts;
    for (std::size_t from = 0;;) {
        const auto at = text.find(by, from);
        parts.emplace_back(text.substr(from, at == std::string_view::npos ? at : at - from));
        if (at == std::string_view::npos) return parts;
        from = at + by.size();
    }
}

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Value is what a term or a fact comes to.
struct Value {
    std::optional<double> number;
    std::string word;
};

Value value_of(const json& fact) {
    if (fact.is_number()) return {fact.get<double>(), fmt::format("{}", fact.dump())};
    if (fact.is_boolean()) return {std::nullopt, fact.get<bool>() ? "yes" : "no"};
    if (fact.is_string()) return {number(fact.get_ref<const std::string&>()), fact.get<std::string>()};
    return {std::nullopt, fact.dump()};
}

/// resolve gives a term's value; nothing if it names a fact that wasn't measured.
std::optional<Value> resolve(const std::string& term, const json& facts) {
    if (term.empty() || term.front() != '@') return Value{number(term), term};
    const auto sign = term.find_first_of("+*");
    const auto name = term.substr(1, sign == std::string::npos ? sign : sign - 1);
    const auto found = facts.find(name);
    if (found == facts.end()) return std::nullopt;
    auto value = value_of(*found);
    if (sign == std::string::npos) return value;
    const auto amount = number(term.substr(sign + 1));
    if (!value.number || !amount) return std::nullopt;
    const double result = term[sign] == '+' ? *value.number + *amount : *value.number * *amount;
    return Value{result, fmt::format("{:g}", result)};
}

bool equal(const Value& a, const Value& b) {
    return a.number && b.number ? *a.number == *b.number : !a.number && !b.number && a.word == b.word;
}

bool holds(const Value& fact, const std::string& relation, const std::vector<Value>& terms) {
    const auto any = [&](auto&& fits) { return std::any_of(terms.begin(), terms.end(), fits); };
    if (relation == "=" || relation == "in") return any([&](const Value& one) { return equal(fact, one); });
    if (relation == "!=") return !any([&](const Value& one) { return equal(fact, one); });
    if (relation == "<=")
        return any([&](const Value& one) { return fact.number && one.number && *fact.number <= *one.number; });
    return any([&](const Value& one) { return fact.number && one.number && *fact.number >= *one.number; });
}

std::optional<std::string> problem_of(const Clause& clause, const json& facts) {
    const auto found = facts.find(clause.fact);
    if (found == facts.end())
        return clause.optional ? std::nullopt : std::optional(clause.fact + " wasn't measured (" + clause.text + ")");
    std::vector<Value> terms;
    for (const auto& word : clause.words) {
        auto value = resolve(word, facts);
        if (!value) return fmt::format("{} has nothing to be compared with ({})", clause.fact, clause.text);
        terms.push_back(std::move(*value));
    }
    const auto fact = value_of(*found);
    if (holds(fact, clause.relation, terms)) return std::nullopt;
    return fmt::format("{} is {} ({})", clause.fact, fact.word, clause.text);
}

}  // namespace

std::vector<Clause> parse_rule(std::string_view rule) {
    std::vector<Clause> clauses;
    for (const auto& text : split(rule, "; ")) {
        const auto parts = split(text, " ");
        static const std::vector<std::string> relations{"=", "!=", "<=", ">=", "in"};
        if (parts.size() != 3 || std::find(relations.begin(), relations.end(), parts[1]) == relations.end())
            std::abort();
        Clause clause{parts[0], parts[0].back() == '?', parts[1], split(parts[2], "|"), text};
        if (clause.optional) clause.fact.pop_back();
        clauses.push_back(std::move(clause));
    }
    return clauses;
}

std::vector<std::string> broken(std::string_view rule, const json& facts) {
    std::vector<std::string> problems;
    for (const auto& clause : parse_rule(rule))
        if (auto problem = problem_of(clause, facts)) problems.push_back(std::move(*problem));
    return problems;
}

}  // namespace rakit::certify
