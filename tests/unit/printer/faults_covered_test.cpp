#include <gtest/gtest.h>

#include <set>

#include "scenarios/runner/load.hpp"
#include "virtual_cards/printer/machine_json.hpp"

namespace rakit::printer {
namespace {

using Pair = std::pair<std::string, std::string>;

/// Each fault in each phase that it can strike in has a scenario, whose verdict says that it did strike.
TEST(Scenarios, EachFaultInEachPhase) {
    const auto loaded = scenarios::load_paths({"scenarios/catalog/printer"});
    ASSERT_TRUE(loaded) << to_string(loaded.error());
    ASSERT_TRUE(loaded->findings.empty());
    std::set<Pair> told;
    for (const auto& one : loaded->cases)
        for (const auto& value :
             one.printer.value_or(nlohmann::json::object()).value("faults", nlohmann::json::array())) {
            const auto fault = parse_fault(value);
            ASSERT_TRUE(fault) << one.id << ": " << to_string(fault.error());
            ASSERT_TRUE(fault->phase) << one.id << " doesn't say where its fault strikes";
            told.emplace(name(fault->kind), name(*fault->phase));
        }
    for (int kind = 0; kind < static_cast<int>(FaultKind::kCount); ++kind)
        for (int phase = 0; phase < static_cast<int>(Phase::kCount); ++phase) {
            const auto what = static_cast<FaultKind>(kind);
            const auto where = static_cast<Phase>(phase);
            if (!can_strike(what, where)) continue;
            EXPECT_TRUE(told.contains({std::string(name(what)), std::string(name(where))}))
                << name(what) << " in " << name(where) << " has no scenario";
        }
}

}  // namespace
}  // namespace rakit::printer
