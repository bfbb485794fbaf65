#include <algorithm>
#include <map>
#include <set>

#include "scenarios/runner/report_more.hpp"

namespace rakit::scenarios {
namespace {

Unexpected apart(const std::string& what) {
    return fail(ErrorCode::usage, "these reports are not of one run: " + what, {}, "give each shard's report once");
}

/// outcomes gives what each case has come to over its runs.
std::map<std::string, std::string> outcomes(const Report& report) {
    std::map<std::string, std::string> all;
    for (const auto& one : report.verdicts) {
        const auto [it, fresh] = all.emplace(one.id, name(one.status));
        if (!fresh && it->second != name(one.status)) it->second = "unstable";
    }
    return all;
}

}  // namespace

Result<Report> merge(const std::vector<Report>& shards) {
    if (shards.empty()) return apart("there is none");
    Report whole;
    whole.run = shards[0].run;
    whole.run.shard = {};
    std::set<int> seen;
    for (const auto& shard : shards) {
        if (shard.run.depth != whole.run.depth || shard.run.iut != whole.run.iut)
            return apart("depth or RA under test differ");
        if (shard.run.shard.count != shards[0].run.shard.count) return apart("the numbers of shards differ");
        if (!seen.insert(shard.run.shard.index).second)
            return apart("shard " + std::to_string(shard.run.shard.index) + " is there twice");
        whole.run.duration = std::max(whole.run.duration, shard.run.duration);
        whole.run.interrupted = whole.run.interrupted || shard.run.interrupted;
        whole.verdicts.insert(whole.verdicts.end(), shard.verdicts.begin(), shard.verdicts.end());
    }
    std::stable_sort(whole.verdicts.begin(), whole.verdicts.end(), [](const Verdict& a, const Verdict& b) {
        return std::pair(a.position, a.run) < std::pair(b.position, b.run);
    });
    return whole;
}

std::vector<int> missing_shards(const std::vector<Report>& shards) {
    std::vector<int> missing;
    if (shards.empty()) return missing;
    for (int index = 1; index <= shards[0].run.shard.count; ++index)
        if (std::none_of(shards.begin(), shards.end(), [&](const Report& one) { return one.run.shard.index == index; }))
            missing.push_back(index);
    return missing;
}

std::vector<Difference> diff(const Report& before, const Report& after) {
    const auto then = outcomes(before), now = outcomes(after);
    std::set<std::string> ids;
    for (const auto& [id, status] : then) ids.insert(id);
    for (const auto& [id, status] : now) ids.insert(id);
    const auto of = [](const auto& all, const std::string& id) {
        const auto it = all.find(id);
        return it == all.end() ? std::string("absent") : it->second;
    };
    std::vector<Difference> differences;
    for (const auto& id : ids)
        if (of(then, id) != of(now, id)) differences.push_back({id, of(then, id), of(now, id)});
    return differences;
}

}  // namespace rakit::scenarios
