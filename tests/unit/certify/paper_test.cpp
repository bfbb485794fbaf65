#include "certify/paper/paper.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "certify/paper/check.hpp"
#include "certify/paper/compare.hpp"
#include "certify/paper/sign.hpp"
#include "common/base/file.hpp"
#include "common/base/temporary_folder.hpp"

namespace rakit::certify {
namespace {

using nlohmann::json;

Head head() {
    Head made;
    made.made = *from_iso8601("2026-01-31T23:59:59Z");
    made.generator = "rakit 0";
    made.found =
        R"({"reader":"A </script> reader","kind":"vpcd","evidence":["seen"],"attributes":{"vendor":"V"},"atr":"3B00",
                    "protocol":"T=1","card":"own"})";
    made.library = made.daemon = made.system = "x";
    made.levels = {"core"};
    return made;
}

Entry entry(int number, const json& facts) {
    Entry one;
    one.of = find_case(number);
    one.judgement = judge(*one.of, facts, {});
    one.facts = facts.dump();
    one.deviations = one.trace = "[]";
    return one;
}

std::string paper() {
    return make_paper(head(),
                      {entry(38, {{"status", "SCARD_E_NOT_TRANSACTED"}}), entry(2, {{"status", "SCARD_S_SUCCESS"}}),
                       entry(3, {{"not_applicable", "why"}})},
                      {});
}

TEST(Paper, IsWhatItsSchemaAllowsAndAgreesWithItself) {
    const auto read = read_paper(paper(), "paper");
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->at("counts"), (json{{"pass", 1}, {"fail", 1}, {"not_applicable", 1}}));
    EXPECT_TRUE(contradictions(*read).empty());
}

struct ForgeRow {
    const char* pointer;
    json value;
};

class Forged : public testing::TestWithParam<ForgeRow> {};

TEST_P(Forged, IsNoticed) {
    auto forged = json::parse(paper());
    forged[json::json_pointer(GetParam().pointer)] = GetParam().value;
    EXPECT_FALSE(contradictions(forged).empty());
}

INSTANTIATE_TEST_SUITE_P(Rows, Forged,
                         testing::Values(ForgeRow{"/cases/1/verdict", "pass"},
                                         ForgeRow{"/cases/0/facts/status", "SCARD_S_SUCCESS"},
                                         ForgeRow{"/counts/fail", 0},
                                         ForgeRow{"/cases/1/rule", "status = SCARD_S_SUCCESS"},
                                         ForgeRow{"/cases/0/number", 39}, ForgeRow{"/scope", "everything"},
                                         ForgeRow{"/cases/0/measuring", "was killed"}));

UpdateRun update() {
    UpdateRun run;
    run.wanted = true;
    run.cards = "a card";
    run.scenarios = {{"tc/one", "passed", {}, 7}, {"tc/two", "skipped", "why", 0}};
    return run;
}

json paper_with(const UpdateRun& run) { return json::parse(make_paper(head(), {}, run)); }

TEST(Paper, NamesEachScenarioAndJudgesThemTogether) {
    auto run = update();
    const auto read = read_paper(paper_with(run).dump(), "paper");
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_TRUE(contradictions(*read).empty());
    EXPECT_EQ(read->at("update"),
              (json{{"verdict", "pass"},
                    {"cards", "a card"},
                    {"passed", 1},
                    {"failed", 0},
                    {"skipped", 1},
                    {"reasons", json::array()},
                    {"scenarios",
                     {{{"id", "tc/one"}, {"status", "passed"}, {"took_ms", 7}},
                      {{"id", "tc/two"}, {"status", "skipped"}, {"why", "why"}, {"took_ms", 0}}}}}));
    run.scenarios.push_back({"tc/three", "failed", "what: expected a, seen b", 1});
    EXPECT_EQ(paper_with(run)["update"]["verdict"], "fail");
    EXPECT_EQ(paper_with(run)["update"]["reasons"], json({"tc/three failed"}));
}

TEST(Paper, OfScenariosThatWereAllSkippedNothingIsSaid) {
    auto run = update();
    run.scenarios.erase(run.scenarios.begin());
    EXPECT_EQ(paper_with(run)["update"]["verdict"], "not applicable");
    EXPECT_TRUE(contradictions(paper_with(run)).empty());
    run = {};
    run.wanted = true;
    run.not_applicable = "nobody is there";
    EXPECT_EQ(paper_with(run)["update"], (json{{"verdict", "not applicable"}, {"reasons", {"nobody is there"}}}));
    EXPECT_TRUE(contradictions(paper_with(run)).empty());
}

TEST(Paper, AForgedUpdateIsNoticed) {
    for (const auto& [pointer, value] : std::vector<std::pair<const char*, json>>{
             {"/update/verdict", "fail"}, {"/update/passed", 2}, {"/update/scenarios/0/status", "failed"}}) {
        auto forged = paper_with(update());
        forged[json::json_pointer(pointer)] = value;
        EXPECT_FALSE(contradictions(forged).empty()) << pointer;
    }
    auto bare = paper_with(update());
    bare["update"].erase("scenarios");
    EXPECT_FALSE(contradictions(bare).empty());
}

TEST(Paper, WhatNoSchemaAllowsIsRefused) {
    for (const auto* text : {"", "[]", "{}", R"({"version":2})"}) EXPECT_FALSE(read_paper(text, "paper")) << text;
    auto more = json::parse(paper());
    more["more"] = 1;
    EXPECT_FALSE(read_paper(more.dump(), "paper"));
}

TEST(Page, HoldsThePaperAndNoMarkupOfAReader) {
    const auto page = to_page(json::parse(paper()));
    EXPECT_EQ(page, to_page(json::parse(paper())));
    EXPECT_NE(page.find("A \\u003c/script> reader"), std::string::npos);
    EXPECT_EQ(page.find("A </script>"), std::string::npos);
}

TEST(Compare, TellsVerdictsAndTimes) {
    const auto before = json::parse(paper());
    EXPECT_TRUE(compare(before, before).empty());
    auto after = before;
    after["cases"][0]["verdict"] = "fail";
    after["reader"]["firmware"] = "2";
    auto found = compare(before, after);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_FALSE(found[0].verdict);
    EXPECT_TRUE(found[1].verdict);
    auto timed = before;
    timed["cases"][0]["facts"]["echo_p50_us"] = 100;
    auto slower = timed;
    slower["cases"][0]["facts"]["echo_p50_us"] = 151;
    EXPECT_EQ(compare(timed, slower).size(), 1U);
    slower["cases"][0]["facts"]["echo_p50_us"] = 149;
    EXPECT_TRUE(compare(timed, slower).empty());
    after = before;
    after["cases"].erase(0);
    found = compare(before, after);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].verdict);
}

TEST(Sign, RefusesWhatIsNoCredential) {
    auto folder = TemporaryFolder::make("/tmp", "certify-test");
    ASSERT_TRUE(folder);
    const auto file = folder->path() / "credential.pem";
    const auto code = [&](std::string_view content) {
        EXPECT_TRUE(write_file_atomically(file, as_bytes(content)));
        return sign(as_bytes("paper"), file, {}).error().code;
    };
    EXPECT_EQ(code("nothing"), ErrorCode::officer_credential_invalid);
    EXPECT_EQ(code("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
              ErrorCode::officer_credential_invalid);
    EXPECT_EQ(sign(as_bytes("paper"), folder->path() / "none", {}).error().code, ErrorCode::file_unreadable);
    EXPECT_EQ(verify(as_bytes("paper"), as_bytes("none"), folder->path() / "none").error().code,
              ErrorCode::file_unreadable);
}

}  // namespace
}  // namespace rakit::certify
