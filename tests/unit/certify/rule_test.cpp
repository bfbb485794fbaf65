#include "certify/core/rule.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "certify/core/latency.hpp"

namespace rakit::certify {
namespace {

using nlohmann::json;

struct RuleRow {
    const char* rule;
    const char* facts;
    bool holds;
};

class Rule : public testing::TestWithParam<RuleRow> {};

TEST_P(Rule, Judges) {
    const auto problems = broken(GetParam().rule, json::parse(GetParam().facts));
    EXPECT_EQ(problems.empty(), GetParam().holds) << GetParam().rule << " of " << GetParam().facts;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Rule,
    testing::Values(
        RuleRow{"a = 0", R"({"a":0})", true}, RuleRow{"a = 0", R"({"a":1})", false}, RuleRow{"a = 0", R"({})", false},
        RuleRow{"a? = 0", R"({})", true}, RuleRow{"a? = 0", R"({"a":1})", false},
        RuleRow{"a = yes", R"({"a":true})", true}, RuleRow{"a = yes", R"({"a":false})", false},
        RuleRow{"a = SCARD_S_SUCCESS", R"({"a":"SCARD_S_SUCCESS"})", true},
        RuleRow{"a = SCARD_S_SUCCESS", R"({"a":"SCARD_E_TIMEOUT"})", false}, RuleRow{"a in x|y", R"({"a":"y"})", true},
        RuleRow{"a in x|y", R"({"a":"z"})", false}, RuleRow{"a = 9000", R"({"a":"9000"})", true},
        RuleRow{"a = 63C2", R"({"a":"63C2"})", true}, RuleRow{"a = @b", R"({"a":"T","b":"T"})", true},
        RuleRow{"a = @b", R"({"a":"T","b":"U"})", false}, RuleRow{"a = @b", R"({"a":1})", false},
        RuleRow{"a = @b+1", R"({"a":3,"b":2})", true}, RuleRow{"a = @b+1", R"({"a":2,"b":2})", false},
        RuleRow{"a != @b", R"({"a":1,"b":2})", true}, RuleRow{"a != @b", R"({"a":2,"b":2})", false},
        RuleRow{"a <= 2", R"({"a":2})", true}, RuleRow{"a <= 2", R"({"a":2.1})", false},
        RuleRow{"a <= 2", R"({"a":"much"})", false}, RuleRow{"a >= 1", R"({"a":0})", false},
        RuleRow{"a <= @b*3|5000", R"({"a":4999,"b":1})", true}, RuleRow{"a <= @b*3|5000", R"({"a":5001,"b":1})", false},
        RuleRow{"a <= @b*3|5000", R"({"a":9000,"b":3000})", true}, RuleRow{"a = 1; b = 2", R"({"a":1,"b":3})", false}));

TEST(Rule, SaysEachClauseThatIsBroken) {
    const auto problems = broken("a = 1; b = 2; c = 3", json{{"a", 1}, {"b", 7}});
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_EQ(problems[0], "b is 7 (b = 2)");
    EXPECT_EQ(problems[1], "c wasn't measured (c = 3)");
}

TEST(Distribution, TakesTheNearestRank) {
    std::vector<double> samples;
    for (int i = 100; i >= 1; --i) samples.push_back(i);
    const auto sum = distribution(samples);
    EXPECT_EQ(sum.min_us, 1);
    EXPECT_EQ(sum.p50_us, 50);
    EXPECT_EQ(sum.p99_us, 99);
    EXPECT_EQ(sum.max_us, 100);
    EXPECT_EQ(sum.curve.size(), 101U);
    EXPECT_EQ(distribution({7}).p99_us, 7);
    EXPECT_EQ(distribution({}).count, 0U);
}

}  // namespace
}  // namespace rakit::certify
