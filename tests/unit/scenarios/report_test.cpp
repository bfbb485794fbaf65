#include <gmock/gmock.h>

#include "common/document/document.hpp"
#include "embedded/report_schema.hpp"
#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Verdict> verdicts() {
    Verdict good{
        "tc/redo:rsa", "A TC is exchanged", "seed step 3", "tc/redo.yaml", {"tc"}, 1, 7, Status::passed, "", {}, {}, {},
        "rakit run"};
    good.duration = std::chrono::milliseconds(1234);
    Verdict bad = good;
    bad.run = 2;
    bad.status = Status::failed;
    bad.mismatches = {{"result", "ok", "a<b> & \"c\" \x01\xFF"}};
    bad.trace = {"apdu 00 A4 04 00 Lc=12 -> 9000"};
    Verdict skipped = good;
    skipped.id = "tc/other";
    skipped.status = Status::skipped;
    skipped.problem = "only at depth pcsc";
    return {good, bad, skipped};
}

TEST(Report, TheLastLine) {
    EXPECT_EQ(summary({3, 0, 0}), "3 passed, 0 failed");
    EXPECT_EQ(summary(count(verdicts())), "1 passed, 1 failed, 1 skipped");
}

TEST(Report, AFailureShowsAllThatIsNeeded) {
    const std::string text = describe(verdicts()[1]);
    for (const char* part :
         {"FAILED tc/redo:rsa", "expected  ok", "seen      a<b>", "apdu 00 A4", "seed 7, again: rakit run"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(Report, JsonFollowsItsSchema) {
    auto report = document::read_document("report.json", to_json({"inproc", "reference", {}}, verdicts()));
    document::check(report, nlohmann::json::parse(embedded::report_schema));
    for (const auto& finding : report.findings) ADD_FAILURE() << to_string(finding);
    EXPECT_EQ(report.value.at("totals").at("failed"), 1);
    EXPECT_EQ(report.value.at("unstable"), nlohmann::json::parse(R"(["tc/redo:rsa"])"));
}

TEST(Report, JunitEscapesWhatXmlCannotHold) {
    const std::string xml = to_junit({"inproc", "reference", {}}, verdicts());
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

}  // namespace
}  // namespace rakit::scenarios
