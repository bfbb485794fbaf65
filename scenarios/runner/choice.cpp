#include "scenarios/runner/choice.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>

namespace rakit::scenarios {
namespace {

bool holds(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool expects(const Case& one, const std::string& code) {
    const Expectation& expect = one.expect;
    return expect.result == code || expect.first_result == code || expect.second_result == code ||
           expect.other_result == code || holds(expect.cm.log, code) || holds(expect.notices, code) ||
           std::any_of(expect.log.begin(), expect.log.end(),
                       [&](const auto& entry) { return entry.contains("code") && entry.at("code") == code; });
}

bool meets(const Case& one, const std::string& filter) {
    if (filter.rfind('!', 0) == 0) return !meets(one, filter.substr(1));
    if (filter.rfind("tag:", 0) == 0) return holds(one.tags, filter.substr(4));
    if (filter.rfind("code:", 0) == 0) return expects(one, filter.substr(5));
    return ::fnmatch(filter.c_str(), one.id.c_str(), 0) == 0;
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

Result<Shard> checked(std::optional<int> index, std::optional<int> count, const std::string& where) {
    if (!index || !count || *index < 1 || *count < 1 || *index > *count)
        return fail(ErrorCode::usage, "no such shard", where, "a shard is I of N, 1 to N");
    return Shard{*index, *count};
}

}  // namespace

bool chosen(const Case& one, const std::vector<std::string>& filters) {
    return std::all_of(filters.begin(), filters.end(), [&](const std::string& filter) { return meets(one, filter); });
}

void unchanged_first(std::vector<Case>& cases) {
    std::stable_partition(cases.begin(), cases.end(), [](const Case& one) { return one.expect.card.unchanged; });
}

Result<Shard> parse_shard(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return checked({}, {}, "--shard " + text);
    return checked(number(std::string_view(text).substr(0, slash)), number(std::string_view(text).substr(slash + 1)),
                   "--shard " + text);
}

Result<Shard> shard_of_environment(const std::function<std::optional<std::string>(const char*)>& variable) {
    struct Pair {
        const char* index;
        const char* count;
        int first;
    };
    for (const auto& [index, count, first] : {Pair{"GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS", 0},
                                              {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1},
                                              {"JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0}}) {
        const auto own = variable(index), all = variable(count);
        if (!own && !all) continue;
        // GitLab sets CI_NODE_TOTAL to 1 in every job that isn't parallel.
        if (!own && *all == "1") continue;
        auto place = own ? number(*own) : std::nullopt;
        if (place) *place += 1 - first;
        return checked(place, all ? number(*all) : std::nullopt,
                       std::string(index) + "=" + own.value_or("") + " " + count + "=" + all.value_or(""));
    }
    return Shard{};
}

bool belongs(std::size_t position, const Shard& shard) {
    return position % static_cast<std::size_t>(shard.count) == static_cast<std::size_t>(shard.index) - 1;
}

}  // namespace rakit::scenarios
