#include <gtest/gtest.h>

#include "common/base/file.hpp"
#include "common/document/document.hpp"
#include "embedded/iut_job_schema.hpp"
#include "embedded/report_schema.hpp"
#include "scenarios/iut/iut.hpp"
#include "scenarios/runner/load.hpp"
#include "scenarios/runner/report_more.hpp"

namespace rakit::scenarios {
namespace {

/// examples cuts the fenced blocks of one language out of a page.
std::vector<std::string> examples(const std::string& page, const std::string& language) {
    const auto content = read_file("docs/formats/" + page);
    std::vector<std::string> found;
    if (!content) return found;
    const std::string text(as_text(*content));
    const std::string fence = "```" + language + "\n";
    for (auto at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
        const auto begin = at + fence.size();
        found.push_back(text.substr(begin, text.find("```", begin) - begin));
    }
    return found;
}

void expect_valid(const std::string& text, std::string_view schema) {
    auto document = document::read_document("example", text);
    if (document.findings.empty()) document::check(document, nlohmann::json::parse(schema));
    for (const auto& finding : document.findings) ADD_FAILURE() << to_string(finding);
}

TEST(Pages, TheScenarioExampleLoads) {
    const auto found = examples("scenario.md", "yaml");
    ASSERT_EQ(found.size(), 1U);
    const auto loaded = load_text("catalog/tc/redo.yaml", found[0]);
    for (const auto& finding : loaded.findings) ADD_FAILURE() << to_string(finding);
    EXPECT_EQ(loaded.cases.size(), 2U);
}

TEST(Pages, TheReportExampleIsValid) {
    const auto found = examples("report.md", "json");
    ASSERT_EQ(found.size(), 2U);
    expect_valid(found[0], embedded::report_schema);
    EXPECT_TRUE(parse_kill_matrix(found[1], "report.md"));
}

TEST(Pages, TheTraceExampleReads) {
    const auto found = examples("trace.md", "json");
    ASSERT_EQ(found.size(), 1U);
    const auto trace = parse_trace(found[0], "trace.md");
    ASSERT_TRUE(trace) << to_string(trace.error());
    EXPECT_EQ(trace->events.size(), 2U);
}

TEST(Pages, TheExamplesOfAnRaAreValid) {
    const auto found = examples("iut.md", "json");
    ASSERT_EQ(found.size(), 2U);
    expect_valid(found[0], embedded::iut_job_schema);
    EXPECT_TRUE(parse_result(found[1]));
}

TEST(Catalogue, HasNoFindingsAndSaysWhereEachComesFrom) {
    const auto loaded = load_paths({"scenarios/catalog"});
    ASSERT_TRUE(loaded) << to_string(loaded.error());
    for (const auto& finding : loaded->findings) ADD_FAILURE() << to_string(finding);
    EXPECT_GE(loaded->cases.size(), 24U);
}

TEST(Catalogue, CardsBesideScenariosAreNoScenarios) {
    const auto loaded = load_paths({"scenarios"});
    ASSERT_TRUE(loaded) << to_string(loaded.error());
    EXPECT_TRUE(loaded->findings.empty()) << to_string(loaded->findings.front());
    const auto named = load_paths({"scenarios/cards/several-certificates.yaml"});
    ASSERT_TRUE(named) << to_string(named.error());
    EXPECT_FALSE(named->findings.empty());
}

}  // namespace
}  // namespace rakit::scenarios
