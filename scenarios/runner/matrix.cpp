#include <set>

#include "scenarios/runner/load.hpp"

namespace rakit::scenarios {
namespace {

using document::Document;
using document::Finding;
using nlohmann::json;

std::string as_text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// Substitution replaces `${column}` in one row; it remembers what was used and complains about what isn't a column.
class Substitution {
public:
    Substitution(const Document& scenario, const json& row, std::vector<Finding>& findings)
        : x_scenario(scenario), x_row(row), x_findings(findings) {}

    json apply(const json& value, const std::string& pointer) {
        if (value.is_string()) return text(value.get<std::string>(), pointer);
        if (value.is_array()) {
            json out = json::array();
            for (std::size_t i = 0; i < value.size(); ++i)
                out.push_back(apply(value[i], pointer + "/" + std::to_string(i)));
            return out;
        }
        if (!value.is_object()) return value;
        json out = json::object();
        for (const auto& [key, member] : value.items()) {
            const std::string below = pointer + "/" + key;
            const std::string name = as_text_of(text(key, below));
            if (out.contains(name)) complain(below, "two members become '" + name + "' in row '" + row_name() + "'");
            out[name] = apply(member, below);
        }
        return out;
    }

    const std::set<std::string>& used() const { return x_used; }

private:
    std::string row_name() const { return x_row.value("case", ""); }

    void complain(const std::string& pointer, std::string message) {
        x_findings.push_back(x_scenario.finding(pointer, std::move(message)));
    }

    json text(const std::string& from, const std::string& pointer) {
        std::string out;
        std::size_t at = 0;
        for (;;) {
            const auto open = from.find("${", at);
            if (open == std::string::npos) return out + from.substr(at);
            const auto close = from.find('}', open);
            if (close == std::string::npos) {
                complain(pointer, "'${' without '}'");
                return from;
            }
            const std::string column = from.substr(open + 2, close - open - 2);
            if (!x_row.contains(column)) {
                complain(pointer, "row '" + row_name() + "' has no column '" + column + "'");
                return from;
            }
            x_used.insert(column);
            if (open == 0 && close + 1 == from.size()) return x_row.at(column);
            out += from.substr(at, open - at) + as_text_of(x_row.at(column));
            at = close + 1;
        }
    }

    const Document& x_scenario;
    const json& x_row;
    std::vector<Finding>& x_findings;
    std::set<std::string> x_used;
};

}  // namespace

std::vector<std::pair<std::string, json>> expand(const Document& scenario, std::vector<Finding>& findings) {
    json body = scenario.value;
    const json rows = body.value("matrix", json::array({json{{"case", ""}}}));
    body.erase("matrix");
    std::vector<std::pair<std::string, json>> cases;
    std::set<std::string> names;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string at = "/matrix/" + std::to_string(i);
        const std::string name = rows[i].value("case", "");
        if (!names.insert(name).second)
            findings.push_back(scenario.finding(at + "/case", "a second row '" + name + "'"));
        Substitution row(scenario, rows[i], findings);
        cases.emplace_back(name, row.apply(body, ""));
        for (const auto& [column, value] : rows[i].items())
            if (column != "case" && !row.used().contains(column))
                findings.push_back(scenario.finding(at + "/" + column, "column '" + column + "' is used nowhere"));
    }
    return cases;
}

}  // namespace rakit::scenarios
