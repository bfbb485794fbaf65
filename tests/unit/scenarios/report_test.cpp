#include <gmock/gmock.h>

#include <algorithm>

#include "common/document/document.hpp"
#include "embedded/report_schema.hpp"
#include "scenarios/runner/choice.hpp"
#include "scenarios/runner/report_more.hpp"
#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Verdict> verdicts() {
    Verdict good;
    good.id = "tc/redo:rsa";
    good.title = "A TC is exchanged";
    good.source = "seed step 3";
    good.file = "tc/redo.yaml";
    good.tags = {"tc"};
    good.seed = 7;
    good.status = Status::passed;
    good.again = "rakit run";
    good.duration = std::chrono::milliseconds(1234);
    Verdict bad = good;
    bad.run = 2;
    bad.status = Status::failed;
    bad.mismatches = {{"result", "ok", "a<b> & \"c\" \x01\xFF"}};
    bad.trace = {
        {std::chrono::milliseconds(5), "apdu", "00 A4 04 00 Lc=12 -> 9000", std::chrono::microseconds(70), {}, {}}};
    Verdict skipped = good;
    skipped.id = "tc/other";
    skipped.status = Status::skipped;
    skipped.problem = "only at depth pcsc";
    return {good, bad, skipped};
}

const RunInfo kRun{"inproc", "reference", std::chrono::milliseconds(9), {}, false};

TEST(Report, TheLastLine) {
    EXPECT_EQ(summary({3, 0, 0}), "3 passed, 0 failed");
    EXPECT_EQ(summary(count(verdicts())), "1 passed, 1 failed, 1 skipped");
}

TEST(Report, AFailureShowsAllThatIsNeeded) {
    const std::string text = describe(verdicts()[1]);
    for (const char* part :
         {"FAILED tc/redo:rsa", "expected  ok", "seen      a<b>", "  0.005 apdu   00 A4", "seed 7, again: rakit run"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(Report, APersonAtATerminalSeesTheLastOfManyApdus) {
    Verdict bad = verdicts()[1];
    const CaseEvent apdu = bad.trace[0];
    bad.trace.assign(9, apdu);
    bad.trace[8].text = "00 D6 00 00 Lc=1 -> 6581";
    bad.trace.push_back({std::chrono::milliseconds(6), "state", "writing", {}, {}, {}});
    bad.trace.insert(bad.trace.end(), 4, apdu);
    const std::string text = brief(bad);
    for (const char* part : {"... 6 APDUs\n", "6581", "state  writing", "all of it: rakit run --trace DIR"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 16);
    EXPECT_THAT(describe(bad), testing::Not(HasSubstr("...")));
}

TEST(Report, JsonFollowsItsSchema) {
    auto report = document::read_document("report.json", to_json(kRun, verdicts()));
    document::check(report, nlohmann::json::parse(embedded::report_schema));
    for (const auto& finding : report.findings) ADD_FAILURE() << to_string(finding);
    EXPECT_EQ(report.value.at("totals").at("failed"), 1);
    EXPECT_EQ(report.value.at("unstable"), nlohmann::json::parse(R"(["tc/redo:rsa"])"));
}

TEST(Report, JunitEscapesWhatXmlCannotHold) {
    const std::string xml = to_junit(kRun, verdicts());
    EXPECT_THAT(xml, HasSubstr("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""));
    EXPECT_THAT(xml, HasSubstr("seen a&lt;b&gt; &amp; &quot;c&quot; ??"));
    EXPECT_THAT(xml, HasSubstr("<testcase classname=\"tc\" name=\"redo:rsa\" time=\"1.234\"/>"));
    EXPECT_THAT(xml, HasSubstr("<skipped message=\"only at depth pcsc\"/>"));
}

TEST(Report, RunsThatDifferAreNamed) { EXPECT_THAT(unstable(verdicts()), ElementsAre("tc/redo:rsa")); }

TEST(Report, PackedVerdictsComeBack) {
    const Verdict verdict = verdicts()[2];
    const auto back = unpack(pack(verdict));
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(pack(*back), pack(verdict));
    EXPECT_FALSE(unpack("{}"));
    EXPECT_FALSE(unpack("nonsense"));
}

TEST(Report, JsonComesBack) {
    const std::string text = to_json(kRun, verdicts());
    const auto back = parse_report(text, "report.json");
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(to_json(back->run, back->verdicts), text);
    EXPECT_FALSE(parse_report("{}", "report.json"));
}

Report shard(int index, std::vector<int> positions) {
    Report report{kRun, {}};
    report.run.shard = {index, 2};
    for (const int position : positions) {
        Verdict one = verdicts()[0];
        one.id = "f/" + std::to_string(position);
        one.position = position;
        report.verdicts.push_back(one);
    }
    return report;
}

TEST(Merge, PutsShardsInTheWholeRunsOrder) {
    const auto whole = merge({shard(2, {1, 3}), shard(1, {0, 2})});
    ASSERT_TRUE(whole);
    std::vector<std::string> ids;
    for (const auto& one : whole->verdicts) ids.push_back(one.id);
    EXPECT_THAT(ids, ElementsAre("f/0", "f/1", "f/2", "f/3"));
    EXPECT_EQ(whole->run.shard, Shard{});
    EXPECT_THAT(missing_shards({shard(2, {})}), ElementsAre(1));
}

TEST(Merge, RefusesWhatIsNotOneRun) {
    EXPECT_FALSE(merge({}));
    EXPECT_FALSE(merge({shard(1, {}), shard(1, {})}));
    auto other = shard(2, {});
    other.run.depth = "pcsc";
    EXPECT_FALSE(merge({shard(1, {}), other}));
}

TEST(Diff, NamesWhatCameToSomethingElse) {
    auto before = shard(1, {0, 1}), after = shard(1, {1, 2});
    after.verdicts[0].status = Status::failed;
    std::vector<std::string> lines;
    for (const auto& one : diff(before, after)) lines.push_back(one.id + " " + one.before + " " + one.after);
    EXPECT_THAT(lines, ElementsAre("f/0 passed absent", "f/1 passed failed", "f/2 absent passed"));
    EXPECT_TRUE(diff(before, before).empty());
}

TEST(Html, WhatAnRaSaysCannotEndTheScript) {
    auto bad = verdicts();
    bad[1].mismatches[0].seen = "</script><script>alert(1)";
    const std::string page = to_html({kRun, bad}, {});
    EXPECT_THAT(page, testing::Not(HasSubstr("</script><script>")));
    EXPECT_THAT(page, HasSubstr("\\u003c/script>"));
}

TEST(Ci, AnAnnotationIsOneLine) {
    auto bad = verdicts();
    bad[1].mismatches.push_back({"a", "100%", "b\nc"});
    const std::string text = github_annotations(bad);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    EXPECT_THAT(text, HasSubstr("expected 100%25, seen b%0Ac"));
}

TEST(Choice, Filters) {
    Case one;
    one.id = "tc/redo:rsa";
    one.tags = {"tc"};
    one.expect.result = "tc_expired";
    one.expect.cm.log = {"tc_revoked"};
    EXPECT_TRUE(chosen(one, {}));
    EXPECT_TRUE(chosen(one, {"tc/*", "tag:tc", "code:tc_expired", "code:tc_revoked", "!tag:pin"}));
    for (const char* none : {"pins/*", "tag:pin", "code:ok", "!tc/*"})
        EXPECT_FALSE(chosen(one, {"tc/*", none})) << none;
}

TEST(Choice, EachCaseBelongsToOneShard) {
    for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(belongs(i, {1, 3}) + belongs(i, {2, 3}) + belongs(i, {3, 3}), 1);
}

}  // namespace
}  // namespace rakit::scenarios
