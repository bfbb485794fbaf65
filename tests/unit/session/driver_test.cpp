#include "tests/unit/session/driver_fixture.hpp"

// covers: reload, op-pin, pin-deadline, pin-nowhere, pin-before-issue, replace-ca
// covers: card-full, dialog-cancel, fields-visible-set
namespace rakit::reference {
namespace {

using fakes::Log;

TEST_F(DriverTest, RedoOnTwoKeysUnderTwoPins) {
    const auto outcome = run();
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ(log, (Log{"lock",       "contents", "unlock",     "ask signature-pin",
                        "procedures", "prepare",  "ask pin:01", "ask pin:02",
                        "lock",       "identity", "verify 01",  "sign 45",
                        "verify 02",  "sign 46",  "unlock",     "encode",
                        "submit",     "lock",     "identity",   "verify 01",
                        "plan",       "step 0",   "step 1",     "step 2",
                        "contents",   "unlock",   "confirm"}));
    ASSERT_EQ(outcome->lines.size(), 2U);
    EXPECT_TRUE(outcome->lines[0].stored && outcome->lines[1].stored);
    EXPECT_EQ(outcome->transaction.size(), 32U);
    EXPECT_EQ(dialog.told, (std::vector<std::string>{"soft_token_warning", "field_dropped"})) << "the TC's country";
    EXPECT_EQ(cm.confirmations, (std::vector<bool>{true}));
    EXPECT_FALSE(open_order());
    for (const auto& key : card.contents.keys) {
        ASSERT_EQ(key.certificates.size(), 1U);
        EXPECT_FALSE(key.certificates[0].transport);
    }
}

TEST_F(DriverTest, IssueHandsOutAndLeavesTheCardAlone) {
    const auto outcome = run(samples::request(Action::issue));
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ(std::count(log.begin(), log.end(), "plan"), 0);
    ASSERT_EQ(dialog.handed_out.size(), 2U);
    EXPECT_EQ(dialog.handed_out[0].certificate, cm.orders.begin()->second.certificates[0].second);
    EXPECT_FALSE(outcome->lines[0].stored);
}

TEST_F(DriverTest, WhatIsLeftOpenIsAskedFor) {
    const auto outcome = run({});
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ(outcome->lines.size(), 2U);
}

TEST_F(DriverTest, ReloadReadsTheCardThatIsThereNow) {
    dialog.reloads = 1;
    card.before_lock = [&](int lock) {
        if (lock == 2) card.contents.serial = "0D0E0F";
    };
    UpdateRequest request = samples::request();
    request.actions.clear();
    const auto outcome = run(request);
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ((Log{log.begin(), log.begin() + 7}),
              (Log{"lock", "contents", "unlock", "lock", "contents", "unlock", "ask signature-pin"}));
    EXPECT_TRUE(std::filesystem::exists(folder / "0D0E0F.lock") || !std::filesystem::exists(folder / "0D0E0F.json"));
    for (const auto& prompt : dialog.prompts)
        EXPECT_TRUE(prompt.id == "signature-pin" || prompt.label.find("0D0E0F") != std::string::npos) << prompt.label;
}

/// Choices is an officer's choice in memory.
class Choices final : public FieldChoices {
public:
    Result<std::optional<std::vector<std::string>>> recall(const x509::Certificate&, const std::string&) override {
        return kept;
    }
    Result<void> remember(const x509::Certificate&, const std::string&,
                          const std::vector<std::string>& names) override {
        kept = names;
        return {};
    }
    std::optional<std::vector<std::string>> kept;
};

TEST_F(DriverTest, TheOfficersChoiceOfFieldsIsKept) {
    Choices choices;
    const auto update = [&] {
        SeededRng rng(++runs, "driver test");
        Driver driver({card, cm, officer, dialog, clock, rng, trace, folder, std::chrono::seconds(60), &choices}, {});
        UpdateRequest request = samples::request();
        request.fields.clear();
        dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}, {"pin:02", "222222"}};
        const auto outcome = driver.run(request);
        EXPECT_TRUE(outcome) << to_string(outcome.error());
    };
    cm.shown = {samples::procedure()};
    cm.shown.front().fields.push_back({"title", "Title", false, true});
    dialog.answer.visible = std::vector<std::string>{"commonName"};
    update();
    EXPECT_EQ(choices.kept, (std::vector<std::string>{"commonName"}));
    dialog.answer.visible.reset();
    card.contents = samples::card();
    update();
    ASSERT_EQ(dialog.forms.size(), 2U);
    EXPECT_TRUE(dialog.forms[0].fields[1].visible);
    EXPECT_FALSE(dialog.forms[1].fields[1].visible) << "the title was hidden the last time";
}

TEST_F(DriverTest, WhatCannotStandInTheFormIsRefusedBeforePrepare) {
    dialog.pins = {{"signature-pin", "officer-secret"}};
    auto request = samples::request();
    request.fields["commonName"] = std::string(65, 'x');
    auto outcome = run(request);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::field_invalid);
    EXPECT_EQ(outcome.error().where, "field commonName");
    EXPECT_EQ(std::count(log.begin(), log.end(), "prepare"), 0);
    dialog.pins = {{"signature-pin", "officer-secret"}};
    request = samples::request();
    request.qc = {QcSscd{}};
    outcome = run(request);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::qc_not_allowed);
    EXPECT_EQ(std::count(log.begin(), log.end(), "prepare"), 0);
}

TEST_F(DriverTest, ReplacingCaCertificatesIsAskedForOnlyIfOffered) {
    ASSERT_TRUE(run());
    EXPECT_EQ(std::count(log.begin(), log.end(), "question replace-ca"), 0);
    log.clear();
    card.contents = samples::card();
    cm.answer.issuer_certificates_stored = true;
    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}, {"pin:02", "222222"}};
    ASSERT_TRUE(run());
    EXPECT_EQ(std::count(log.begin(), log.end(), "question replace-ca"), 1);
    log.clear();
    card.contents = samples::card();
    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}, {"pin:02", "222222"}};
    auto request = samples::request();
    request.replace_ca = false;
    ASSERT_TRUE(run(request));
    EXPECT_EQ(std::count(log.begin(), log.end(), "question replace-ca"), 0) << "the options have said it";
}

/// Lines is a card log in memory.
class Lines final : public CardLog {
public:
    void add(const CardLogEntry& entry) override { lines.push_back(entry.card + " " + entry.what); }
    Log lines;
};

TEST_F(DriverTest, WhatIsDoneToTheCardIsLogged) {
    Lines lines;
    SeededRng rng(1, "driver test");
    Driver driver({card, cm, officer, dialog, clock, rng, trace, folder, std::chrono::seconds(60), nullptr, &lines},
                  {});
    ASSERT_TRUE(driver.run(samples::request()));
    EXPECT_EQ(lines.lines, (Log{"0A1B2C verify", "0A1B2C sign", "0A1B2C verify", "0A1B2C sign", "0A1B2C submit",
                                "0A1B2C verify", "0A1B2C write", "0A1B2C confirm", "0A1B2C end"}));
}

TEST_F(DriverTest, AddOnATransportCertificateIsRefusedBeforeAnythingIsSent) {
    dialog.pins.clear();
    const auto outcome = run(samples::request(Action::add));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::tc_add_refused);
    EXPECT_EQ(outcome.error().line, "45");
    EXPECT_EQ(log, (Log{"lock", "contents", "unlock"}));
}

TEST_F(DriverTest, AWrongPinEndsItWithOneTrySpent) {
    dialog.pins[1].second = "999999";
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::pin_wrong);
    EXPECT_EQ(outcome.error().detail, "2 tries left");
    EXPECT_EQ(std::count(log.begin(), log.end(), "verify 01"), 1);
    EXPECT_EQ(std::count(log.begin(), log.end(), "submit"), 0);
    EXPECT_FALSE(open_order());
}

TEST_F(DriverTest, ABlockedPinIsNeverAskedFor) {
    card.contents.pins[1].tries_left = 0;
    dialog.pins = {{"signature-pin", "officer-secret"}};
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::pin_blocked);
}

TEST_F(DriverTest, CancelledPromptsLeaveEverythingAsItWas) {
    for (std::size_t at = 0; at < 3; ++at) {
        dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}, {"pin:02", "222222"}};
        dialog.pins.resize(at + 1);
        dialog.pins[at].second.clear();
        const auto outcome = run();
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, ErrorCode::pin_cancelled);
    }
    EXPECT_EQ(std::count(log.begin(), log.end(), "submit"), 0);
    EXPECT_FALSE(open_order());
}

TEST_F(DriverTest, ASwappedCardIsNoticedAndNeverSeesAPin) {
    for (const int swapped_before : {2, 3}) {
        log.clear();
        card.contents = samples::card();
        dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:01", "111111"}, {"pin:02", "222222"}};
        int first = 0;
        card.before_lock = [&](int lock) {
            if (first == 0) first = lock;
            if (lock - first + 1 == swapped_before) {
                card.contents.serial = "FFFFFF";
                log.push_back("swapped");
            }
        };
        const auto outcome = run();
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, ErrorCode::card_changed);
        const auto swap = std::find(log.begin(), log.end(), "swapped");
        EXPECT_EQ(std::find(swap, log.end(), "verify 01"), log.end());
        EXPECT_EQ(open_order(), swapped_before == 3) << "only an issued order stays open";
    }
}

TEST_F(DriverTest, ARefusedOrderIsClosed) {
    cm.fail_at["submit"] = error(ErrorCode::tc_untrusted);
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::tc_untrusted);
    EXPECT_FALSE(open_order());
}

TEST_F(DriverTest, AFullCardGivesTheCertificatesBack) {
    card.fail_at["plan"] = error(ErrorCode::card_full);
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::card_full);
    EXPECT_EQ(cm.confirmations, (std::vector<bool>{false}));
    EXPECT_FALSE(open_order());
}

TEST_F(DriverTest, ACardThatIsFullWhileWritingIsPutBackAndItsCertificatesGivenBack) {
    card.fail_at["step 0"] = error(ErrorCode::card_full);
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::card_full);
    EXPECT_TRUE(card.taken_back);
    EXPECT_EQ(cm.confirmations, (std::vector<bool>{false}));
    EXPECT_FALSE(open_order());
}

TEST_F(DriverTest, AFullCardThatIsPulledBeforeItIsPutBackKeepsItsOrder) {
    card.fail_at["step 0"] = error(ErrorCode::card_full);
    card.fail_at["take back"] = error(ErrorCode::card_removed);
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::card_full);
    EXPECT_TRUE(cm.confirmations.empty());
    EXPECT_TRUE(open_order());
}

TEST_F(DriverTest, PinsThatAreTooOldAreAskedForAgain) {
    cm.during_submit = [&] { clock.sleep(std::chrono::seconds(61)); };
    dialog.pins.push_back({"pin:01", "111111"});
    dialog.pins.push_back({"signature-pin", "officer-secret"});
    const auto outcome = run();
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ(std::count(log.begin(), log.end(), "submit"), 1);
}

TEST_F(DriverTest, IssueFirstAsksForWritingAfterTheCmIssued) {
    auto request = samples::request();
    request.actions = {{"46", Action::redo, {}}};
    request.issue_first = true;
    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:02", "222222"}, {"pin:01", "111111"}};
    const auto outcome = run(request);
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_LT(std::find(log.begin(), log.end(), "submit"), std::find(log.begin(), log.end(), "ask pin:01"));
}

TEST_F(DriverTest, PinFirstVerifiesWhatWritingNeedsBeforeTheCmIsAsked) {
    auto request = samples::request();
    request.actions = {{"Signature", Action::redo, {}}};
    dialog.pins = {{"signature-pin", "officer-secret"}, {"pin:02", "222222"}, {"pin:01", "111111"}};
    const auto outcome = run(request);
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_LT(std::find(log.begin(), log.end(), "verify 01"), std::find(log.begin(), log.end(), "submit"));
}

TEST_F(DriverTest, AnOpPinThatTheCmHoldsIsNotAskedFor) {
    card.contents.write_pins = {"01", "03"};
    cm.answer.op_pin_required = cm.answer.op_pin_held = true;
    cm.held_op_pin = "87654321";
    const auto outcome = run();
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ(std::count(log.begin(), log.end(), "verify 03"), 2);
}

TEST_F(DriverTest, AnOpPinThatTheCmDoesNotHoldIsAskedFor) {
    card.contents.write_pins = {"01", "03"};
    cm.answer.op_pin_required = true;
    dialog.pins.push_back({"op-pin", "87654321"});
    const auto outcome = run();
    ASSERT_TRUE(outcome) << to_string(outcome.error());
}

TEST_F(DriverTest, ACardWithoutOpPinCannotHaveAProcedureThatWantsIt) {
    dialog.pins = {{"signature-pin", "officer-secret"}};
    cm.answer.op_pin_required = true;
    card.contents.pins.pop_back();
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::op_pin_required);
    EXPECT_EQ(std::count(log.begin(), log.end(), "submit"), 0);
}

TEST_F(DriverTest, AWrongSignaturePinSendsNothing) {
    dialog.pins = {{"signature-pin", "nonsense"}};
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::pin_wrong);
    EXPECT_EQ(std::count(log.begin(), log.end(), "procedures"), 0);
}

TEST_F(DriverTest, TwoRasOnOneCardAreToldApart) {
    const auto held = Journal::open(folder, "0A1B2C");
    ASSERT_TRUE(held);
    dialog.pins.clear();
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::journal_locked);
}

TEST_F(DriverTest, AJournalThatCannotBeWrittenStopsBeforeTheSubmission) {
    dialog.before_pin = [&](const PinPrompt& prompt) {
        if (prompt.id == "pin:02") std::filesystem::remove_all(folder);
    };
    const auto outcome = run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::journal_write_failed);
    EXPECT_EQ(std::count(log.begin(), log.end(), "submit"), 0);
}

}  // namespace
}  // namespace rakit::reference
