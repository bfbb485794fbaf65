#include <gmock/gmock.h>

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
        "'milliseconds':0,'again':'','mismatches':[],'trace':[]}\n"
        "  " +
            body +
            "\n"
            "  print(json.dumps(v))\n"};
    options.time_limit = std::chrono::seconds(20);
    return options;
}

std::vector<std::string> outcome(const Result<std::vector<Verdict>>& verdicts) {
    std::vector<std::string> words;
    if (!verdicts) return {to_string(verdicts.error())};
    for (const auto& one : *verdicts)
        words.push_back(one.id + " " + std::to_string(one.run) + " " + std::string(name(one.status)));
    return words;
}

const std::function<void(const Verdict&)> kIgnore = [](const Verdict&) {};

TEST(Pool, RunsAllInOrderWhoeverIsFirst) {
    auto options = answering("pass");
    options.jobs = 2;
    options.repeat = 2;
    EXPECT_THAT(
        outcome(run_cases(cases(3), options, kIgnore)),
        ElementsAre("f/0 1 passed", "f/0 2 passed", "f/1 1 passed", "f/1 2 passed", "f/2 1 passed", "f/2 2 passed"));
}

TEST(Pool, ADeadWorkerFailsItsCaseAlone) {
    const auto verdicts = run_cases(cases(3), answering("t['id']=='f/1' and os._exit(3)"), kIgnore);
    EXPECT_THAT(outcome(verdicts), ElementsAre("f/0 1 passed", "f/1 1 failed", "f/2 1 passed"));
    EXPECT_THAT((*verdicts)[1].problem, HasSubstr("the worker died at it: exit status 3"));
}

TEST(Pool, AHangingCaseIsKilled) {
    auto all = cases(2);
    all[0].time_limit_s = 1;
    const auto verdicts = run_cases(all, answering("t['id']=='f/0' and time.sleep(60)"), kIgnore);
    EXPECT_THAT(outcome(verdicts), ElementsAre("f/0 1 failed", "f/1 1 passed"));
    EXPECT_THAT((*verdicts)[0].problem, HasSubstr("hung: no verdict within 1 s"));
}

TEST(Pool, FailFastSkipsTheRest) {
    auto options = answering("v['status']='failed'");
    options.fail_fast = true;
    EXPECT_THAT(outcome(run_cases(cases(3), options, kIgnore)),
                ElementsAre("f/0 1 failed", "f/1 1 skipped", "f/2 1 skipped"));
}

TEST(Pool, SeedAndCommandToRepeat) {
    auto options = answering("pass");
    options.seed = 9;
    options.again = [](const Case& one, std::uint64_t seed) { return "again " + one.id + " " + std::to_string(seed); };
    const auto verdicts = run_cases(cases(1), options, kIgnore);
    EXPECT_EQ((*verdicts)[0].seed, 9U);
    EXPECT_EQ((*verdicts)[0].again, "again f/0 9");
}

TEST(Pool, WhatKeepsAWorkerFromRunningIsTheRunsFailure) {
    PoolOptions options;
    options.worker = {"/bin/sh", "-c",
                      "echo '" + pack_unable({ErrorCode::package_missing, "pcscd", {}, {}, {}, {}}) + "'"};
    const auto verdicts = run_cases(cases(1), options, kIgnore);
    ASSERT_FALSE(verdicts);
    EXPECT_EQ(verdicts.error().code, ErrorCode::package_missing);
    options.worker = {"/nonexistent/worker"};
    EXPECT_EQ(run_cases(cases(1), options, kIgnore).error().code, ErrorCode::io_failed);
}

}  // namespace
}  // namespace rakit::scenarios
