#include "tests/unit/session/driver_fixture.hpp"

// Orders that stay open: real cards, resume, approval.
// covers: issued-after-timeout, real-card, pin-deadline
namespace rakit::reference {
namespace {

TEST_F(DriverTest, ARealCardIsWrittenOnlyIfSomebodySaysSo) {
    card.reader = "ACME 00 00";
    dialog.pins = {{"signature-pin", "officer-secret"}};
    const auto refused = run();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::cancelled);
    EXPECT_NE(refused.error().remedy.find("--yes-write-real-card"), std::string::npos);
    ASSERT_EQ(dialog.questions.size(), 1U);
    EXPECT_EQ(dialog.questions[0].id, "real-card");
    EXPECT_FALSE(dialog.questions[0].preset) << "an empty answer is no";
    EXPECT_NE(dialog.questions[0].text.find("0A1B2C in the reader 'ACME 00 00'"), std::string::npos);
    EXPECT_EQ(std::count(log.begin(), log.end(), "verify 01") + std::count(log.begin(), log.end(), "submit"), 0);

    dialog.yes = true;
    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}, {"pin:02", "222222"}};
    ASSERT_TRUE(run());
    EXPECT_EQ(dialog.questions.size(), 2U) << "asked once in an order";
    card.contents = samples::card();
    write_real_card = true;
    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}, {"pin:02", "222222"}};
    ASSERT_TRUE(run());
    EXPECT_EQ(dialog.questions.size(), 2U) << "allowed beforehand";
}

TEST_F(DriverTest, AResumedWriteOfARealCardIsAskedForToo) {
    card.fail_at = {{"step 2", error(ErrorCode::card_removed)}};
    ASSERT_FALSE(run());
    card.reader = "ACME 00 00";
    dialog.yes = true;
    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}};
    ASSERT_TRUE(resume());
    EXPECT_EQ(dialog.questions.size(), 1U);
}

TEST_F(DriverTest, AnIssueOnARealCardWritesNothingAndAsksNothing) {
    card.reader = "ACME 00 00";
    ASSERT_TRUE(run(samples::request(Action::issue)));
    EXPECT_TRUE(dialog.questions.empty());
}

TEST_F(DriverTest, AnAnswerThatStaysAwayIsFetchedByResumeWithTheSameOctets) {
    cm.fail_at["submit"] = error(ErrorCode::cm_timeout_after_submit);
    cm.issues_before_failing = true;
    const auto first = run();
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, ErrorCode::cm_timeout_after_submit);
    EXPECT_NE(first.error().remedy.find("rakit resume"), std::string::npos);
    ASSERT_TRUE(open_order());

    dialog.pins = {};
    const auto again = run();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::order_open);

    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}};
    const auto resumed = resume();
    ASSERT_TRUE(resumed) << to_string(resumed.error());
    EXPECT_EQ(cm.orders.size(), 1U);
    EXPECT_FALSE(open_order());
    EXPECT_EQ(std::count(log.begin(), log.end(), "encode"), 1);
    EXPECT_EQ(resumed->notices.back().first, "resumed");
}

TEST_F(DriverTest, ResumeFinishesAfterEachStepOfTheWrite) {
    for (const auto* at : {"lock", "plan", "step 0", "step 1", "step 2", "contents", "confirm"}) {
        SCOPED_TRACE(at);
        card.contents = samples::card();
        cm.orders.clear();
        dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}, {"pin:02", "222222"}};
        cm.during_submit = [&] {
            if (std::string(at) == "confirm")
                cm.fail_at[at] = error(ErrorCode::cm_unreachable);
            else
                card.fail_at[at] = error(ErrorCode::card_removed);
        };
        const auto first = run();
        ASSERT_FALSE(first);
        const bool writing = std::string(at) != "lock" && std::string(at) != "confirm";
        EXPECT_EQ(first.error().code == ErrorCode::card_write_failed, writing) << to_string(first.error());
        EXPECT_TRUE(open_order());
        EXPECT_NE(to_string(first.error()).find("run rakit resume"), std::string::npos);

        cm.during_submit = {};
        dialog.pins = {{"signature-pin", "officer-secret"}};
        if (std::string(at) != "confirm") dialog.pins.push_back({"pin:01", "111111"});
        const auto resumed = resume();
        ASSERT_TRUE(resumed) << to_string(resumed.error());
        EXPECT_EQ(cm.orders.size(), 1U);
        EXPECT_EQ(resumed->transaction, to_hex(ByteView(cm.orders.begin()->first).first(16)));
        EXPECT_FALSE(card.contents.keys[0].certificates[0].transport);
        EXPECT_FALSE(open_order());
    }
}

TEST_F(DriverTest, ResumeWithoutAnOpenOrderHasNothingToDo) {
    dialog.pins.clear();
    const auto outcome = resume();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::nothing_to_do);
}

TEST_F(DriverTest, ResumeContinuesTheOrderOfTheChosenCardOnly) {
    card.fail_at["step 2"] = error(ErrorCode::card_removed);
    ASSERT_FALSE(run());
    dialog.pins = {};
    const auto other = resume("FFFF");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::card_changed);
    EXPECT_TRUE(open_order());
    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}};
    EXPECT_TRUE(resume("0A1B2C"));
}

TEST_F(DriverTest, WithoutTimeToWaitAPendingOrderStaysOpen) {
    cm.pending_answers = 1;
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::cm_pending);
    EXPECT_EQ(clock.elapsed().count(), 0);
    EXPECT_TRUE(open_order());
    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}};
    EXPECT_TRUE(resume());
}

TEST_F(DriverTest, APendingOrderIsAskedForAgainWhileThereIsTime) {
    approval_wait = std::chrono::seconds(100);
    cm.pending_answers = 2;
    cm.ask_again = clock.now() + std::chrono::seconds(20);
    const auto outcome = run();
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ(clock.elapsed(), std::chrono::seconds(21)) << "until the CM said, and a pause after it";
    EXPECT_EQ(std::count(log.begin(), log.end(), "submit, pending"), 2);
}

TEST_F(DriverTest, PinsDoNotOutliveALongWaitForApproval) {
    approval_wait = std::chrono::seconds(200);
    cm.pending_answers = 1;
    cm.ask_again = clock.now() + std::chrono::seconds(90);
    dialog.pins = {{"signature-pin", "officer-secret"},
                   {"pin:01", "111111"},
                   {"pin:02", "222222"},
                   {"signature-pin", "officer-secret"},
                   {"pin:01", "111111"}};
    const auto outcome = run();
    ASSERT_TRUE(outcome) << to_string(outcome.error());
}

TEST_F(DriverTest, APendingOrderSurvivesACmThatCantBeReached) {
    approval_wait = std::chrono::seconds(100);
    cm.pending_answers = 1;
    cm.fail_at["submit"] = error(ErrorCode::cm_unreachable);
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::cm_unreachable);
    EXPECT_TRUE(open_order());
}

}  // namespace
}  // namespace rakit::reference
