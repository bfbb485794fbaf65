#include <gmock/gmock.h>
#include <unistd.h>

#include "scenarios/runner/worker_pool.hpp"

namespace rakit::scenarios {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Case> cases(std::size_t count) {
    std::vector<Case> all(count);
    for (std::size_t i = 0; i < count; ++i) all[i].id = "f/" + std::to_string(i);
    return all;
}

/// answering is a worker that answers each task with what `body` (Python, `t` the task) makes of the verdict `v`.
PoolOptions answering(const std::string& body) {
    PoolOptions options;
    options.worker = {
        "python3", "-u", "-c",
        "import json,os,sys,time\n"
        "for line in sys.stdin:\n"
        "  t=json.loads(line)\n"
        "  "
        "v={'id':t['id'],'title':'','source':'','file':'','tags':[],'run':t['run'],'seed':t['seed'],'status':'passed',"
        "'milliseconds':0,'again':'','mismatches':[],'trace':[],'position':0}\n"
        "  " +
            body +
            "\n"
            "  print(json.dumps(v))\n"};
    options.time_limit = std::chrono::seconds(20);
    return options;
}

std::vector<std::string> outcome(const Result<PoolOutcome>& verdicts) {
    std::vector<std::string> words;
    if (!verdicts) return {to_string(verdicts.error())};
    for (const auto& one : verdicts->verdicts)
        words.push_back(one.id + " " + std::to_string(one.run) + " " + std::string(name(one.status)));
    return words;
}

/// run has the cases run with a folder that goes afterwards.
Result<PoolOutcome> run(const std::vector<Case>& all, const PoolOptions& options) {
    const auto folder = RunFolder::make(std::filesystem::temp_directory_path());
    return run_cases(all, folder.value(), options, [](const Verdict&) {});
}

TEST(Pool, RunsAllInOrderWhoeverIsFirst) {
    auto options = answering("pass");
    options.workers = 2;
    options.repeat = 2;
    EXPECT_THAT(outcome(run(cases(3), options)), ElementsAre("f/0 1 passed", "f/0 2 passed", "f/1 1 passed",
                                                             "f/1 2 passed", "f/2 1 passed", "f/2 2 passed"));
}

TEST(Pool, ADeadWorkerFailsItsCaseAlone) {
    const auto verdicts = run(cases(3), answering("t['id']=='f/1' and os._exit(3)"));
    EXPECT_THAT(outcome(verdicts), ElementsAre("f/0 1 passed", "f/1 1 failed", "f/2 1 passed"));
    EXPECT_THAT(verdicts->verdicts[1].problem, HasSubstr("the worker died at it: exit status 3"));
}

TEST(Pool, AHangingCaseIsKilled) {
    auto all = cases(2);
    all[0].time_limit_s = 1;
    const auto verdicts = run(all, answering("t['id']=='f/0' and time.sleep(60)"));
    EXPECT_THAT(outcome(verdicts), ElementsAre("f/0 1 failed", "f/1 1 passed"));
    EXPECT_THAT(verdicts->verdicts[0].problem, HasSubstr("hung: no verdict within 1 s"));
}

TEST(Pool, FailFastSkipsTheRest) {
    auto options = answering("v['status']='failed'");
    options.fail_fast = true;
    EXPECT_THAT(outcome(run(cases(3), options)), ElementsAre("f/0 1 failed", "f/1 1 skipped", "f/2 1 skipped"));
}

TEST(Pool, SeedAndCommandToRepeat) {
    auto options = answering("pass");
    options.seed = 9;
    options.again = [](const Case& one, std::uint64_t seed) { return "again " + one.id + " " + std::to_string(seed); };
    const auto verdicts = run(cases(1), options);
    EXPECT_EQ(verdicts->verdicts[0].seed, 9U);
    EXPECT_EQ(verdicts->verdicts[0].again, "again f/0 9");
}

TEST(Pool, AStopSkipsTheRestAndKillsWhatDoesNotEnd) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const Descriptor read(ends[0]), write(ends[1]);
    // The worker itself asks for the stop, in the middle of a case that never ends.
    auto options =
        answering("t['id']=='f/1' and (os.write(" + std::to_string(write.get()) + ", b'x'), time.sleep(60))");
    options.stop = read.get();
    options.grace = std::chrono::seconds(1);
    const auto verdicts = run(cases(3), options);
    EXPECT_THAT(outcome(verdicts), ElementsAre("f/0 1 passed", "f/1 1 skipped", "f/2 1 skipped"));
    EXPECT_TRUE(verdicts->stopped);
}

TEST(Pool, TheTraceOfADeadWorkerIsInItsVerdict) {
    const auto verdicts =
        run(cases(1), answering("open(t['trace'],'w').write('{\"trace\":1,\"case\":\"f/0\",\"run\":1,"
                                "\"seed\":1,\"depth\":\"wire\",\"iut\":\"reference\"}\\n"
                                "{\"at\":5,\"kind\":\"apdu\",\"text\":\"A4\"}\\n{\"at\":'); os._exit(1)"));
    ASSERT_TRUE(verdicts);
    ASSERT_EQ(verdicts->verdicts[0].trace.size(), 1U);
    EXPECT_EQ(verdicts->verdicts[0].trace[0].text, "A4");
}

TEST(Pool, WhatKeepsAWorkerFromRunningIsTheRunsFailure) {
    PoolOptions options;
    options.worker = {"/bin/sh", "-c",
                      "echo '" + pack_unable({ErrorCode::package_missing, "pcscd", {}, {}, {}, {}}) + "'"};
    const auto verdicts = run(cases(1), options);
    ASSERT_FALSE(verdicts);
    EXPECT_EQ(verdicts.error().code, ErrorCode::package_missing);
    options.worker = {"/nonexistent/worker"};
    EXPECT_EQ(run(cases(1), options).error().code, ErrorCode::io_failed);
}

}  // namespace
}  // namespace rakit::scenarios
