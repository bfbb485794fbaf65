#include <gmock/gmock.h>

#include "scenarios/runner/load.hpp"

namespace rakit::scenarios {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// scenario gives a good one, with lines put in place of marked ones, so that each row of the table differs in one
/// thing.
std::string scenario(const std::string& from = "", const std::string& to = "") {
    std::string text =
        "version: 1\n"                                             // 1
        "title: A TC is exchanged\n"                               // 2
        "source: seed step 3\n"                                    // 3
        "tags: [tc]\n"                                             // 4
        "card:\n"                                                  // 5
        "  image: pkcs15-tc\n"                                     // 6
        "  pins: {\"01\": {tries: 2}}\n"                           // 7
        "do:\n"                                                    // 8
        "  actions: {\"45\": redo}\n"                              // 9
        "  procedure: employee-tc\n"                               // 10
        "expect:\n"                                                // 11
        "  result: ok\n"                                           // 12
        "  card: {\"45\": {certificates: 1, new: 1, tc: gone}}\n"  // 13
        "  cm: {active: 1}\n"                                      // 14
        "  prompts: [signature-pin]\n";                            // 15
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    return text;
}

std::vector<std::string> findings(const std::string& text) {
    std::vector<std::string> lines;
    for (const auto& finding : load_text("family/one.yaml", text).findings) lines.push_back(to_string(finding));
    return lines;
}

TEST(LoadScenario, AGoodOneBecomesACase) {
    const auto loaded = load_text("family/one.yaml", scenario());
    ASSERT_THAT(findings(scenario()), ElementsAre());
    ASSERT_EQ(loaded.cases.size(), 1U);
    const Case& one = loaded.cases[0];
    EXPECT_EQ(one.id, "family/one");
    EXPECT_EQ(one.card.tries.at(1), 2);
    EXPECT_EQ(one.doing.actions.at(0).action, "redo");
    EXPECT_EQ(one.expect.card.keys.at("45").tc, "gone");
    EXPECT_EQ(one.expect.cm.active, 1);
    EXPECT_FALSE(one.expect.card.unchanged);
}

struct Bad {
    const char* name;
    const char* from;
    const char* to;
    const char* finding;
};

class BadScenario : public testing::TestWithParam<Bad> {};

TEST_P(BadScenario, IsFoundAtItsPlace) {
    const auto found = findings(scenario(GetParam().from, GetParam().to));
    ASSERT_FALSE(found.empty());
    EXPECT_THAT(found[0], HasSubstr(GetParam().finding));
}

INSTANTIATE_TEST_SUITE_P(
    Load, BadScenario,
    testing::Values(
        Bad{"unknown_key", "tags:", "tag:", "one.yaml:4:6: unknown key 'tag'"},
        Bad{"duplicate_key", "tags: [tc]", "title: again", "one.yaml:4:1: duplicate key 'title'"},
        Bad{"wrong_type", "[tc]", "tc", "one.yaml:4:7: wrong type: this is string"},
        Bad{"unquoted_answer", "  procedure: employee-tc\n", "  procedure: x\n  type: {signature-pin: 123456}\n",
            "one.yaml:11:25: wrong type: this is number; quote it"},
        Bad{"unquoted_octets", "  image: pkcs15-tc", "  image: a\n  serial: 0A1B",
            "one.yaml:7:11: octets in hex must be quoted"},
        Bad{"unknown_action", "redo", "renew", "one.yaml:9:19:"},
        Bad{"unknown_variation", "  image: pkcs15-tc", "  certificates: {\"45\": odd}", "one.yaml:6:24:"},
        Bad{"unknown_code", "result: ok", "result: tc_odd", "one.yaml:12:11: no error code is called 'tc_odd'"},
        Bad{"unknown_log_code", "{active: 1}", "{log: [ok, no]}", "one.yaml:14:18: no error code is called 'no'"},
        Bad{"empty_expect",
            "expect:\n  result: ok\n  card: {\"45\": {certificates: 1, new: 1, tc: gone}}\n  cm: {active: 1}\n"
            "  prompts: [signature-pin]\n",
            "expect: {}\n", "one.yaml:11:9:"},
        Bad{"empty_cm", "{active: 1}", "{}", "one.yaml:14:7:"},
        Bad{"no_expect_of_a_key", "{certificates: 1, new: 1, tc: gone}", "{}", "one.yaml:13:16:"},
        Bad{"pick_with_add", "redo", "{action: add, certificate: 1}", "one.yaml:9:28:"},
        Bad{"resume_without_first", "  procedure: employee-tc\n", "  procedure: x\n  resume: true\n",
            "one.yaml:13:3: it is done twice"},
        Bad{"first_without_resume", "result: ok", "first_result: card_removed\n  result: ok",
            "one.yaml:12:17: nothing is resumed"},
        Bad{"deviations_at_nothing",
            "tags:", "cm: {deviations_at: [1]}\ntags:", "one.yaml:4:21: there are no 'deviations'"},
        Bad{"other_ra_without_result", "  procedure: employee-tc\n",
            "  procedure: x\n  other_ra: {at: signature-pin}\n", "one.yaml:13:3: 'other_result' is"},
        Bad{"resume_faults_without_resume", "  procedure: employee-tc\n",
            "  procedure: x\n  resume_faults: [{kind: remove}]\n", "one.yaml:11:18: nothing is resumed"},
        Bad{"two_ways_on", "  procedure: employee-tc\n", "  procedure: x\n  persist: true\n  abandon: true\n",
            "one.yaml:"},
        Bad{"contradicting_prompts", "[signature-pin]", "[op-pin]\n  not_prompted: [op-pin]",
            "one.yaml:16:18: the same prompt"},
        Bad{"unchanged_after_redo", "{\"45\": {certificates: 1, new: 1, tc: gone}}", "unchanged",
            "one.yaml:13:9: Redo and Add store"},
        Bad{"counts_that_differ", "tc: gone", "kept: [1]", "one.yaml:13:31: 'new' and 'kept' make 2"},
        Bad{"no_column", "ok", "${code}", "one.yaml:12:11: row '' has no column 'code'"},
        Bad{"open_placeholder", "ok", "${code", "one.yaml:12:11: '${' without '}'"}),
    [](const auto& each) { return each.param.name; });

TEST(LoadScenario, AllFindingsAtOnce) {
    EXPECT_EQ(findings("version: 2\ntitle: x\nsource: y\ndo: {actions: {a: b}, procedure: 1}\nexpect: {result: ok, "
                       "card: no, cm: {x: 1}}\n")
                  .size(),
              5U);
}

TEST(LoadScenario, NotAMapping) { EXPECT_EQ(findings("- 1\n").size(), 1U); }

TEST(Matrix, RowsBecomeCasesWithTypedValues) {
    const auto loaded = load_text(
        "f/m.yaml",
        "matrix:\n  - {case: rsa, key: \"45\", n: 1}\n  - {case: ec, key: \"46\", n: 2}\n" +
            scenario("{\"45\": {certificates: 1, new: 1, tc: gone}}", "{\"${key}\": {certificates: \"${n}\"}}"));
    ASSERT_TRUE(loaded.findings.empty()) << to_string(loaded.findings[0]);
    ASSERT_EQ(loaded.cases.size(), 2U);
    EXPECT_EQ(loaded.cases[0].id, "f/m:rsa");
    EXPECT_EQ(loaded.cases[1].id, "f/m:ec");
    EXPECT_EQ(loaded.cases[1].expect.card.keys.at("46").certificates, 2);
}

TEST(Matrix, FindsUnusedColumnsAndDoubleRows) {
    const auto found = findings("matrix: [{case: a, x: 1}, {case: a, x: 2}]\n" + scenario());
    EXPECT_THAT(found, ElementsAre(HasSubstr("one.yaml:1:23: column 'x' is used nowhere"),
                                   HasSubstr("a second row 'a'"), HasSubstr("column 'x' is used nowhere")));
}

TEST(Matrix, AFindingInEachRowIsToldOnce) {
    EXPECT_EQ(findings("matrix: [{case: a}, {case: b}]\n" + scenario("tags:", "tag:")).size(), 1U);
}

}  // namespace
}  // namespace rakit::scenarios
