#include <gmock/gmock.h>

#include <fstream>

#include "common/document/document.hpp"
#include "embedded/iut_job_schema.hpp"
#include "scenarios/iut/exec_iut.hpp"
#include "scenarios/iut/manual_iut.hpp"

namespace rakit::scenarios {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Job job() {
    Job what;
    what.reader = "Virtual PCD 00 00";
    what.cm_url = "https://127.0.0.1:1";
    what.cm_ca = "ca.pem";
    what.officer = "officer.p12";
    what.procedure = "employee-tc";
    what.actions = {{"45", "redo", "0A"}, {"46", "blank", {}}};
    what.journal_folder = "journal";
    what.out_folder = "out";
    what.prompt_socket = testing::TempDir() + "iut-prompts";
    return what;
}

Typist typist(const std::string& answer = "right") {
    std::map<std::string, Pin> right;
    right["pin:01"] = Pin("11111111");
    return Typist({{"pin:01", {answer}}}, std::move(right));
}

Result<IutResult> run(const std::string& command, Typist& officer,
                      std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    return ExecIut(command, testing::TempDir() + "iut-log", limit).run(job(), officer);
}

TEST(Iut, TheJobFollowsItsSchema) {
    auto document = document::read_document("job", to_json(job()));
    document::check(document, nlohmann::json::parse(embedded::iut_job_schema));
    for (const auto& finding : document.findings) ADD_FAILURE() << to_string(finding);
    EXPECT_EQ(document.value.at("actions").at(0).at("certificate"), "0A");
}

TEST(Iut, TheLastLineIsTheResult) {
    Typist officer = typist();
    const auto result = run(
        R"(cat >/dev/null; echo talk; echo '{"version":1,"result":"pin_wrong","message":"m","notices":["resumed"]}')",
        officer);
    ASSERT_TRUE(result) << to_string(result.error());
    EXPECT_EQ(result->result, "pin_wrong");
    EXPECT_THAT(result->notices, ElementsAre("resumed"));
}

constexpr const char* kAsk =
    "python3 -c 'import "
    "json,socket,sys;j=json.load(sys.stdin);s=socket.socket(socket.AF_UNIX);s.connect(j[\"promptSocket\"]);"
    "f=s.makefile(\"rw\");f.write(\"{\\\"prompt\\\":\\\"pin:01\\\"}\\n\");f.flush();a=json.loads(f.readline());"
    "print(json.dumps({\"version\":1,\"result\":\"ok\" if a.get(\"value\")==\"11111111\" else \"pin_cancelled\"}))'";

TEST(Iut, PromptsAreAnsweredByTheTypist) {
    Typist officer = typist();
    const auto result = run(kAsk, officer);
    ASSERT_TRUE(result) << to_string(result.error());
    EXPECT_EQ(result->result, "ok");
    EXPECT_THAT(officer.asked(), ElementsAre("pin:01"));
    Typist leaving = typist("cancel");
    EXPECT_EQ(run(kAsk, leaving)->result, "pin_cancelled");
}

TEST(Iut, WhatKeepsNotToTheProtocolIsAnError) {
    Typist officer = typist();
    EXPECT_THAT(run("exit 3", officer).error().detail, HasSubstr("without a result: exit status 3"));
    EXPECT_EQ(run("cat >/dev/null; echo nonsense", officer).error().code, ErrorCode::document_invalid);
    EXPECT_THAT(run("exec sleep 60", officer, std::chrono::milliseconds(100)).error().detail,
                HasSubstr("didn't end in time"));
}

/// says gives a person who answers with these lines, and what was shown each time.
Person says(std::vector<std::string> lines, std::vector<std::string>& shown) {
    return [lines, &shown](const std::string& text) -> Result<std::string> {
        shown.push_back(text);
        if (shown.size() > lines.size()) return fail(ErrorCode::io_failed, "gone");
        return lines[shown.size() - 1];
    };
}

TEST(ManualIut, TellsWhatToDoAndTakesTheWordForIt) {
    std::vector<std::string> shown;
    Typist officer = typist("wrong");
    const auto result = ManualIut(says({"hm\n", " pin_wrong \n"}, shown)).run(job(), officer);
    ASSERT_TRUE(result) << to_string(result.error());
    EXPECT_EQ(result->result, "pin_wrong");
    ASSERT_EQ(shown.size(), 2U);
    for (const char* word : {"Virtual PCD 00 00", "officer.p12", "redo, replacing the certificate 0A", "employee-tc"})
        EXPECT_THAT(shown[0], HasSubstr(word));
    EXPECT_THAT(shown[0], HasSubstr("pin:01              22222222")) << "the wrong one, as the scenario wants it";
    EXPECT_THAT(shown[1], HasSubstr("'hm' is neither"));
}

TEST(ManualIut, WithoutAnAnswerThereIsNoResult) {
    std::vector<std::string> shown;
    Typist officer = typist();
    EXPECT_EQ(ManualIut(says({}, shown)).run(job(), officer).error().code, ErrorCode::io_failed);
    shown.clear();
    EXPECT_EQ(ManualIut(says({"skip\n"}, shown)).run(job(), officer).error().code, ErrorCode::unsupported);
}

TEST(Typist, SaysWhatAPersonIsToType) {
    std::map<std::string, Pin> right;
    right["op-pin"] = Pin("44");
    right["pin:01"] = Pin("19");
    const Typist officer({{"pin:01", {"wrong", "right"}}}, std::move(right));
    EXPECT_THAT(officer.sheet(), ElementsAre(testing::Pair("op-pin", "44"),
                                             testing::Pair("pin:01", "20, then 19, then nothing: cancel")));
}

TEST(Typist, AnswersByTheScript) {
    std::map<std::string, Pin> right;
    right["pin:01"] = Pin("19");
    Typist officer({{"pin:01", {"wrong", "right", "4711"}}}, std::move(right));
    EXPECT_THAT(officer.type("pin:01")->digits(), ElementsAre('2', '0'));
    EXPECT_THAT(officer.type("pin:01")->digits(), ElementsAre('1', '9'));
    EXPECT_EQ(officer.type("pin:01")->size(), 4U);
    EXPECT_FALSE(officer.type("pin:01"));
    EXPECT_FALSE(officer.type("op-pin")) << "nobody knows that one";
}

}  // namespace
}  // namespace rakit::scenarios
