// Each row of the table: facts of a right reader pass, and spoiling any one of them fails.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "certify/core/rule.hpp"
#include "certify/core/verdict.hpp"

namespace rakit::certify {
namespace {

using nlohmann::json;

/// right gives facts that just fit a rule: each is what its clause wants, the words of another fact first.
json right(const std::vector<Clause>& clauses) {
    json facts = json::object();
    const auto as_value = [](const std::string& word) -> json {
        if (word.find_first_not_of("0123456789") == std::string::npos) return std::stoi(word);
        return word;
    };
    for (const auto& clause : clauses)
        for (const auto& word : clause.words)
            if (word[0] == '@') facts.emplace(word.substr(1, word.find_first_of("+*") - 1), 10);
    for (const auto& clause : clauses) {
        const auto& word = clause.words.front();
        if (word[0] != '@') {
            facts[clause.fact] = as_value(word);
            continue;
        }
        const auto sign = word.find_first_of("+*");
        const auto base = facts.at(word.substr(1, sign == std::string::npos ? sign : sign - 1));
        if (sign == std::string::npos)
            facts[clause.fact] = clause.relation == "!=" ? json("other") : base;
        else
            facts[clause.fact] = word[sign] == '+' ? base.get<int>() + 1 : base.get<int>();
    }
    return facts;
}

/// wrong gives a value that a clause can't want.
json wrong(const Clause& clause, const json& facts) {
    if (clause.relation == "<=") return 1'000'000'000;
    if (clause.relation == ">=") return -1;
    if (clause.relation != "!=") return "something else";
    return facts.at(clause.words.front().substr(1));
}

class EachCase : public testing::TestWithParam<int> {};

TEST_P(EachCase, PassesWithRightFactsAndFailsWithAnyWrongOne) {
    const auto& one = *find_case(GetParam());
    const auto clauses = parse_rule(one.rule);
    // Two clauses about one fact bound it from both sides: what fits the first must fit the other too.
    auto facts = right(clauses);
    for (const auto& clause : clauses)
        if (clause.relation == ">=" && clause.words.front()[0] != '@')
            facts[clause.fact] = std::stoi(clause.words.front());
    ASSERT_EQ(judge(one, facts, {}).verdict, Verdict::pass) << one.rule << "\n"
                                                            << facts.dump(1) << "\n"
                                                            << testing::PrintToString(judge(one, facts, {}).reasons);
    for (const auto& clause : clauses) {
        auto spoilt = facts;
        spoilt[clause.fact] = wrong(clause, facts);
        EXPECT_EQ(judge(one, spoilt, {}).verdict, Verdict::fail) << clause.text;
        if (clause.optional) continue;
        spoilt.erase(clause.fact);
        EXPECT_EQ(judge(one, spoilt, {}).verdict, Verdict::fail) << clause.text << ", not measured";
    }
    EXPECT_EQ(judge(one, facts, {false, "was ended by signal 11"}).verdict, Verdict::fail);
    EXPECT_EQ(judge(one, json{{"not_applicable", "why"}}, {}).verdict, Verdict::not_applicable);
}

INSTANTIATE_TEST_SUITE_P(All, EachCase, testing::Range(1, 65));

TEST(Cases, AreThoseOfTheLevels) {
    const std::set<std::string_view> known(levels().begin(), levels().end());
    for (const auto& one : cases()) EXPECT_TRUE(known.contains(one.level)) << one.number;
    const auto meaning = [](char of) {
        std::set<int> numbers;
        for (const auto& one : cases())
            if (one.meaning == of) numbers.insert(one.number);
        return numbers;
    };
    EXPECT_EQ(meaning('R'), (std::set<int>{9, 10, 11, 19, 24, 26}));
    EXPECT_EQ(meaning('S'), (std::set<int>{3, 30, 50, 57, 58, 59, 60, 61}));
    EXPECT_EQ(meaning('P'), (std::set<int>{63, 64}));
    EXPECT_EQ(find_case(0), nullptr);
    EXPECT_EQ(find_case(65), nullptr);
}

TEST(Cases, ApplyWhereTheyMeanSomething) {
    const auto applies = [](int number, ReaderKind kind) { return !inapplicable(*find_case(number), kind); };
    EXPECT_TRUE(applies(13, ReaderKind::vpcd));
    EXPECT_FALSE(applies(3, ReaderKind::vpcd));
    EXPECT_TRUE(applies(3, ReaderKind::shim));
    EXPECT_FALSE(applies(9, ReaderKind::shim));
    EXPECT_TRUE(applies(9, ReaderKind::real));
    EXPECT_TRUE(applies(63, ReaderKind::station));
    EXPECT_FALSE(applies(63, ReaderKind::real));
    EXPECT_FALSE(applies(59, ReaderKind::station));
}

}  // namespace
}  // namespace rakit::certify
