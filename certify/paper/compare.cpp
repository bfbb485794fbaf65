#include "certify/paper/compare.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

namespace rakit::certify {
namespace {

using nlohmann::json;

std::string word(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::map<int, const json*> by_number(const json& paper) {
    std::map<int, const json*> rows;
    for (const auto& row : paper.at("cases")) rows[row.at("number")] = &row;
    return rows;
}

void compare_times(int number, const json& before, const json& after, std::vector<Difference>& found) {
    constexpr double kMuch = 1.5;
    for (const auto& [key, value] : before.at("facts").items()) {
        const bool time = key.ends_with("_us") || key.ends_with("_per_s") || key == "latency_ms";
        const auto other = after.at("facts").find(key);
        if (!time || !value.is_number() || other == after.at("facts").end() || !other->is_number()) continue;
        const double a = value, b = *other;
        if (a > 0 && b > 0 && (b / a > kMuch || a / b > kMuch))
            found.push_back({fmt::format("case {}: {} was {:.0f}, is {:.0f}", number, key, a, b)});
    }
}

void compare_cases(const json& before, const json& after, std::vector<Difference>& found) {
    const auto old_rows = by_number(before), new_rows = by_number(after);
    for (const auto& [number, row] : old_rows) {
        const auto other = new_rows.find(number);
        if (other == new_rows.end()) {
            found.push_back({fmt::format("case {}: judged before only", number), true});
            continue;
        }
        const auto was = row->at("verdict"), is = other->second->at("verdict");
        if (was != is)
            found.push_back(
                {fmt::format("case {} ({}): was '{}', is '{}'{}", number, word(row->at("name")), word(was), word(is),
                             other->second->at("reasons").empty() ? "" : ": " + word(other->second->at("reasons")[0])),
                 true});
        compare_times(number, *row, *other->second, found);
    }
    for (const auto& [number, row] : new_rows)
        if (!old_rows.contains(number)) found.push_back({fmt::format("case {}: judged now only", number), true});
}

}  // namespace

std::vector<Difference> compare(const json& before, const json& after) {
    std::vector<Difference> found;
    for (const char* pointer :
         {"/reader/name", "/reader/kind", "/reader/driver", "/reader/firmware", "/service/library", "/service/daemon",
          "/host", "/card/atr", "/card/commands", "/mode", "/levels", "/generator"}) {
        const json::json_pointer at(pointer);
        if (before.at(at) != after.at(at))
            found.push_back({fmt::format("{}: was {}, is {}", pointer + 1, word(before.at(at)), word(after.at(at)))});
    }
    compare_cases(before, after, found);
    const auto verdict = [](const json& paper) {
        return paper.contains("update") ? paper.at("update").at("verdict") : json("not asked for");
    };
    if (verdict(before) != verdict(after))
        found.push_back({fmt::format("update: was '{}', is '{}'", word(verdict(before)), word(verdict(after))), true});
    return found;
}

}  // namespace rakit::certify
