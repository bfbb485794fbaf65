#include "virtual_cards/reader/control.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "common/base/file.hpp"
#include "common/document/document.hpp"
#include "embedded/reader_control_schema.hpp"

namespace rakit::reader {
namespace {

using nlohmann::json;

class FakeControl final : public ReaderControl {
public:
    Settings settings() const override { return now; }
    bool card() const override { return true; }
    void set_fault(Fault fault, bool on) override { now.faults.set(fault, on); }
    void clear_faults() override { now.faults.clear(); }
    void set_trait(bool Traits::*trait, bool on) override { now.traits.*trait = on; }
    void truncate_next() override { now.truncate = true; }
    void plug(bool in) override { now.plugged = in; }
    void type(std::string_view keys) override { typed += keys; }
    PadView pad() const override { return {true, "PIN **", 3}; }
    Settings now;
    std::string typed;
};

json ask(FakeControl& reader, const std::string& line) { return json::parse(answer_reader_control(reader, line)); }

/// findings of the schema, to compare with what the socket says.
std::size_t findings(const std::string& line) {
    static const document::Schema schema(embedded::reader_control_schema);
    document::Document request{"request", json::parse(line, nullptr, false), {}, {}};
    document::check(request, schema);
    return request.findings.size();
}

TEST(ReaderControl, Does) {
    FakeControl reader;
    EXPECT_EQ(ask(reader, R"({"command":"fault","fault":"cut-at-256"})"), json({{"ok", true}}));
    EXPECT_EQ(ask(reader, R"({"command":"fault","fault":"eats-61"})")["ok"], true);
    EXPECT_EQ(ask(reader, R"({"command":"faults"})")["faults"], json({"cut-at-256", "eats-61"}));
    EXPECT_EQ(ask(reader, R"({"command":"clear","fault":"cut-at-256"})")["ok"], true);
    EXPECT_EQ(ask(reader, R"({"command":"faults"})")["faults"], json({"eats-61"}));
    EXPECT_EQ(ask(reader, R"({"command":"clear"})")["ok"], true);
    EXPECT_EQ(ask(reader, R"({"command":"faults"})")["faults"], json::array());
    EXPECT_EQ(ask(reader, R"({"command":"trait","trait":"short-only","on":true})")["ok"], true);
    EXPECT_TRUE(reader.now.traits.short_only);
    EXPECT_EQ(ask(reader, R"({"command":"keys","keys":"12<34E"})")["ok"], true);
    EXPECT_EQ(reader.typed, "12<34E");
    EXPECT_EQ(ask(reader, R"({"command":"truncate"})")["ok"], true);
    EXPECT_TRUE(reader.now.truncate);
    EXPECT_EQ(ask(reader, R"({"command":"unplug"})")["ok"], true);
    EXPECT_FALSE(reader.now.plugged);
    const auto capabilities = ask(reader, R"({"command":"capabilities"})")["capabilities"];
    EXPECT_EQ(capabilities["plugged"], false);
    EXPECT_EQ(capabilities["traits"], json({{"pin-pad", true}, {"pin-filter", false}, {"short-only", true}}));
    EXPECT_EQ(capabilities["faults"].size(), faults().size());
    EXPECT_EQ(ask(reader, R"({"command":"replug"})")["ok"], true);
    EXPECT_TRUE(reader.now.plugged);
    EXPECT_EQ(ask(reader, R"({"command":"pad"})")["pad"],
              json({{"state", "waiting"}, {"display", "PIN **"}, {"operations", 3}}));
}

TEST(ReaderControl, RefusesWhatTheSchemaRefuses) {
    for (const std::string line : {
             R"({"command":"eject"})",
             R"({"command":1})",
             R"({"fault":"cut-at-256"})",
             R"([])",
             R"({"command":"fault"})",
             R"({"command":"fault","fault":7})",
             R"({"command":"faults","fault":"eats-61"})",
             R"({"command":"trait","trait":"short-only"})",
             R"({"command":"trait","trait":"short-only","on":"yes"})",
             R"({"command":"trait","trait":"tall","on":true})",
             R"({"command":"keys","keys":"12X4"})",
             R"({"command":"unplug","now":true})",
         }) {
        FakeControl reader;
        const auto answer = ask(reader, line);
        EXPECT_EQ(answer["ok"], false) << line;
        EXPECT_EQ(answer["error"]["code"], "document_invalid") << line;
        EXPECT_GT(findings(line), 0U) << line;
    }
    FakeControl reader;
    EXPECT_EQ(ask(reader, "not JSON")["ok"], false);
    EXPECT_EQ(ask(reader, "{\"command\":\"fault\",\"fault\":\"\xFF\"}")["ok"], false);
}

TEST(ReaderControl, TheSchemaTakesWhatTheSocketTakes) {
    for (const std::string line :
         {R"({"command":"capabilities"})", R"({"command":"clear"})", R"({"command":"clear","fault":"eats-61"})",
          R"({"command":"trait","trait":"pin-pad","on":false})", R"({"command":"keys","keys":"1234E"})",
          R"({"command":"replug"})"}) {
        FakeControl reader;
        EXPECT_EQ(ask(reader, line)["ok"], true) << line;
        EXPECT_EQ(findings(line), 0U) << line;
    }
}

/// The page's example: requests and answers by turns.
TEST(ReaderControl, TheExampleOfThePageIsRight) {
    const auto content = read_file("docs/formats/reader-control.md");
    ASSERT_TRUE(content);
    std::istringstream page{std::string(as_text(*content))};
    auto answers = json::parse(embedded::reader_control_schema)["definitions"]["answer"];
    const document::Schema answer_schema(answers.dump());
    std::string line;
    while (std::getline(page, line) && line != "```json") continue;
    int requests = 0;
    for (std::string answer; std::getline(page, line) && line != "```" && std::getline(page, answer); ++requests) {
        FakeControl reader;
        EXPECT_EQ(ask(reader, line)["ok"], json::parse(answer)["ok"]) << line;
        document::Document given{"answer", json::parse(answer), {}, {}};
        document::check(given, answer_schema);
        EXPECT_TRUE(given.findings.empty()) << answer;
    }
    EXPECT_GT(requests, 5);
}

}  // namespace
}  // namespace rakit::reader
