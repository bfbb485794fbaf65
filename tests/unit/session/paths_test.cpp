#include <gtest/gtest.h>

#include "reference/session/handlers.hpp"
#include "tests/unit/session/samples.hpp"

// covers: pin-no-lock-held, pin-consent, stale-contents, real-card
namespace rakit::reference::core {
namespace {

Failed failed(ErrorCode code) { return {{code, "made to fail", {}, {}, {}, {}}}; }

/// Setting is one kind of update to explore.
struct Setting {
    std::string what{};
    UpdateRequest request = samples::request();
    PrepareAnswer answer{};
    Policy policy{};
    std::optional<OpenOrder::Stage> open;
    bool confirmation = true;
    std::vector<std::string> write_pins = {"01"};
    bool abandon = false;
    std::string real_reader{};
};

/// Rules watches the effects and events of one path; copied at every fork.
struct Rules {
    bool locked = false;
    bool compared = false;           ///< in this lock
    std::set<std::string> verified;  ///< in this lock
    std::set<std::string> verified_ever;
    std::optional<std::string> just_verified;
    std::set<std::string> stages_saved;
    Bytes saved_order;
    std::vector<ObjectImage> images_saved;
    bool pin_refused = false;
    bool real_card_allowed = false;
    int waits = 0;
    int submits = 0;
};

class Explorer {
public:
    explicit Explorer(const Setting& setting) : x_setting(setting) {}

    void explore() {
        Started started{x_setting.open.has_value(), true, x_setting.request,    Bytes(16, 1), Bytes(16, 2),
                        x_setting.abandon,          {},   x_setting.real_reader};
        follow({}, started, {}, 1);
    }

    int paths = 0;
    int successes = 0;
    std::set<ErrorCode> ends;

private:
    void follow(const State& state, const Event& event, Rules rules, int missing_left) {
        const auto next = step(state, event, x_setting.policy);
        for (const auto& effect : next.effects) std::visit([&](const auto& e) { watch(e, rules, next.state); }, effect);
        if (testing::Test::HasFatalFailure() || testing::Test::HasNonfatalFailure()) return;
        if (const auto* finish = std::get_if<Finish>(&next.effects.back())) {
            EXPECT_FALSE(rules.locked) << "the update ends with a locked card";
            ++paths;
            if (!finish->error) ++successes;
            if (finish->error) ends.insert(finish->error->code);
            return;
        }
        for (auto& [outcome, after] : outcomes(next.effects.back(), next.state, rules, missing_left))
            follow(next.state, outcome, after,
                   std::holds_alternative<SecretMissing>(outcome) ? missing_left - 1 : missing_left);
    }

    using Outcomes = std::vector<std::pair<Event, Rules>>;

    Outcomes outcomes(const Effect& effect, const State& state, const Rules& rules, int missing_left) {
        Outcomes all;
        const auto add = [&](Event event) { all.emplace_back(std::move(event), rules); };
        const auto fails = [&](ErrorCode code) { all.emplace_back(failed(code), rules); };
        const auto missing = [&](const std::string& prompt) {
            if (missing_left > 0) add(SecretMissing{prompt});
        };
        if (std::holds_alternative<LockCard>(effect)) {
            add(CardLocked{});
            all.back().second.locked = true;
            fails(ErrorCode::card_absent);
        } else if (std::holds_alternative<ReadContents>(effect)) {
            auto contents = card();
            if (state.stage == Stage::reading_back) contents = samples::written(contents, changes_of(state));
            add(ContentsRead{contents});
            if (state.stage == Stage::reading_back) add(ContentsRead{card()});
            fails(ErrorCode::card_removed);
        } else if (std::holds_alternative<ReadIdentity>(effect)) {
            add(IdentityRead{card().identity()});
            all.back().second.compared = true;
            add(IdentityRead{{"FFFF", {}}});
            fails(ErrorCode::card_removed);
        } else if (std::holds_alternative<OpenJournal>(effect)) {
            add(JournalOpened{open_order()});
            fails(ErrorCode::journal_locked);
        } else if (std::holds_alternative<ChooseActions>(effect)) {
            add(ActionsChosen{samples::request().actions});
            fails(ErrorCode::pin_cancelled);
        } else if (std::holds_alternative<AskPin>(effect)) {
            add(PinGiven{});
            fails(ErrorCode::pin_cancelled);
        } else if (std::holds_alternative<UnlockOfficer>(effect)) {
            add(OfficerUnlocked{});
            fails(ErrorCode::pin_wrong);
        } else if (std::holds_alternative<ListProcedures>(effect)) {
            add(ProceduresListed{{samples::procedure()}});
            add(ProceduresListed{});
            fails(ErrorCode::cm_unreachable);
        } else if (std::holds_alternative<ChooseProcedure>(effect)) {
            add(ProcedureChosen{"employee-tc"});
        } else if (std::holds_alternative<RecallFields>(effect)) {
            add(FieldsRecalled{});
            fails(ErrorCode::document_invalid);
        } else if (std::holds_alternative<FillForm>(effect)) {
            add(FormFilled{{{{"commonName", "Anna Ek"}}, std::vector<std::string>{"commonName"}, {}}});
            add(FormFilled{});
            fails(ErrorCode::cancelled);
        } else if (const auto* asked = std::get_if<AskQuestion>(&effect)) {
            add(QuestionAnswered{false});
            if (asked->question.id == "real-card") {
                add(QuestionAnswered{true});
                all.back().second.real_card_allowed = true;
            }
            fails(ErrorCode::cancelled);
        } else if (std::holds_alternative<Prepare>(effect)) {
            add(Prepared{x_setting.answer});
            fails(ErrorCode::tc_missing);
            fails(ErrorCode::cm_no_answer);
        } else if (const auto* verify = std::get_if<VerifyPin>(&effect)) {
            add(PinVerified{});
            all.back().second.verified.insert(verify->pin.id);
            all.back().second.verified_ever.insert(verify->pin.id);
            all.back().second.just_verified = verify->pin.id;
            fails(ErrorCode::pin_wrong);
            all.back().second.pin_refused = true;
            fails(ErrorCode::pin_blocked);
            all.back().second.pin_refused = true;
            missing(verify->prompt);
        } else if (std::holds_alternative<MakeRequestSignature>(effect)) {
            add(RequestSigned{{1}});
            fails(ErrorCode::card_removed);
        } else if (std::holds_alternative<EncodeOrder>(effect)) {
            add(OrderEncoded{{1, 2, 3}});
            fails(ErrorCode::crypto_failed);
            missing("signature-pin");
        } else if (const auto* save = std::get_if<Checkpoint>(&effect)) {
            add(CheckpointWritten{});
            all.back().second.stages_saved.insert(std::string(name(save->open.stage)));
            all.back().second.saved_order = save->open.encoded;
            all.back().second.images_saved = save->open.images;
            fails(ErrorCode::journal_write_failed);
        } else if (std::holds_alternative<Submit>(effect)) {
            add(OrderIssued{{samples::issued(state.order, x_setting.confirmation)}});
            if (x_setting.policy.dialect != "rest") add(OrderIssued{{{}, Pending{{1}, {}, {2}}}});
            if (const auto before = all.size(); missing("signature-pin"), all.size() > before)
                --all.back().second.submits;  // nothing was sent
            if (x_setting.policy.dialect == "rest") {
                auto part = samples::issued(state.order, true);
                part.certificates.erase(part.certificates.begin() + 1, part.certificates.end());
                add(OrderIssued{{part}});
            }
            fails(ErrorCode::tc_untrusted);
            fails(ErrorCode::cm_unreachable);
            fails(ErrorCode::cm_timeout_after_submit);
        } else if (std::holds_alternative<AwaitApproval>(effect)) {
            add(ApprovalAwaited{false});
            if (rules.waits == 0) {
                add(ApprovalAwaited{true});
                ++all.back().second.waits;
            }
        } else if (std::holds_alternative<PlanWrite>(effect)) {
            add(WritePlanned{});
            WritePlan tearing;
            tearing.images = {{"5FC105", {1}, {"45"}}};
            add(WritePlanned{tearing});
            if (x_setting.abandon) fails(ErrorCode::certificate_unknown);
            fails(ErrorCode::card_full);
            fails(ErrorCode::card_removed);
        } else if (std::holds_alternative<WriteSteps>(effect)) {
            add(CardWritten{});
            fails(ErrorCode::card_full);
            fails(ErrorCode::card_removed);
        } else if (std::holds_alternative<HandOut>(effect)) {
            add(HandedOut{});
            fails(ErrorCode::file_unwritable);
        } else if (std::holds_alternative<Confirm>(effect)) {
            add(Confirmed{});
            fails(ErrorCode::cm_unreachable);
            missing("signature-pin");
        } else if (std::holds_alternative<CloseJournal>(effect)) {
            add(JournalClosed{});
            fails(ErrorCode::journal_write_failed);
        }
        return all;
    }

    Contents card() const {
        auto contents = samples::card();
        contents.write_pins = x_setting.write_pins;
        return contents;
    }

    static std::vector<CertificateChange> changes_of(const State& state) {
        std::vector<CertificateChange> all;
        for (const auto& line : state.order.lines)
            if (line.action != "issue")
                for (const auto& [key, certificate] : state.issued->certificates)
                    if (key == line.key)
                        all.push_back({key,
                                       certificate,
                                       line.replaces ? std::optional(line.replaces->sha256()) : std::nullopt,
                                       {}});
        return all;
    }

    std::optional<OpenOrder> open_order() const {
        if (!x_setting.open) return std::nullopt;
        OpenOrder open;
        open.stage = *x_setting.open;
        const auto contents = card();
        open.order.transaction_id = Bytes(16, 3);
        for (const auto& key : contents.keys)
            open.order.lines.push_back({key.id, key.label, "redo", "ec-p256", key.usage, key.spki,
                                        key.certificates[0].certificate, key.certificates[0].certificate});
        open.identity = contents.identity();
        open.encoded = {1, 2, 3};
        if (open.stage != OpenOrder::Stage::prepared) open.issued = samples::issued(open.order);
        return open;
    }

    // What each effect demands.
    template <class E>
    void watch(const E& effect, Rules& rules, const State& state) {
        (void)effect;
        constexpr bool kOnlyUnlocked =
            std::is_same_v<E, AskPin> || std::is_same_v<E, ChooseActions> || std::is_same_v<E, ChooseProcedure> ||
            std::is_same_v<E, FillForm> || std::is_same_v<E, AskQuestion> || std::is_same_v<E, RecallFields> ||
            std::is_same_v<E, RememberFields> || std::is_same_v<E, ListProcedures> || std::is_same_v<E, Prepare> ||
            std::is_same_v<E, Submit> || std::is_same_v<E, AwaitApproval> || std::is_same_v<E, Confirm> ||
            std::is_same_v<E, HandOut> || std::is_same_v<E, UnlockOfficer> || std::is_same_v<E, EncodeOrder> ||
            std::is_same_v<E, Tell> || std::is_same_v<E, Progress>;
        constexpr bool kOnlyLocked = std::is_same_v<E, ReadContents> || std::is_same_v<E, ReadIdentity> ||
                                     std::is_same_v<E, VerifyPin> || std::is_same_v<E, MakeRequestSignature> ||
                                     std::is_same_v<E, PlanWrite> || std::is_same_v<E, WriteSteps> ||
                                     std::is_same_v<E, UnlockCard>;
        const std::string where = x_setting.what + ", " + std::string(name(state.stage));
        EXPECT_FALSE((kOnlyUnlocked || std::is_same_v<E, LockCard>)&&rules.locked) << where;
        EXPECT_TRUE(!kOnlyLocked || rules.locked) << where;
        if constexpr (std::is_same_v<E, UnlockCard>) {
            rules.locked = rules.compared = false;
            rules.verified.clear();
        }
        if constexpr (std::is_same_v<E, VerifyPin>) {
            EXPECT_TRUE(rules.compared) << where << ": a PIN for a card that wasn't compared";
            EXPECT_FALSE(rules.pin_refused) << where << ": a PIN after a refused one";
            EXPECT_TRUE(allowed(rules) || !writes(state.order)) << where << ": a PIN before the real card was allowed";
        }
        if constexpr (std::is_same_v<E, MakeRequestSignature>) {
            EXPECT_TRUE(rules.compared && rules.verified.count(effect.key.pin))
                << where << ": signature without VERIFY in this lock";
            EXPECT_TRUE(!effect.key.user_consent || rules.just_verified == effect.key.pin) << where << ": userConsent";
        }
        if constexpr (std::is_same_v<E, PlanWrite> || std::is_same_v<E, WriteSteps>) {
            EXPECT_TRUE(rules.compared) << where;
            EXPECT_TRUE(allowed(rules)) << where << ": a real card is written without asking";
            for (const auto& pin : x_setting.write_pins)
                EXPECT_TRUE(rules.verified.count(pin)) << where << ": write without " << pin;
            EXPECT_TRUE(x_setting.open == OpenOrder::Stage::issued || rules.stages_saved.count("issued")) << where;
        }
        if constexpr (std::is_same_v<E, WriteSteps>) {
            const auto& images = effect.plan.images;
            EXPECT_TRUE(images.empty() || images == rules.images_saved) << where << ": a write that can tear, unsaved";
        }
        if constexpr (std::is_same_v<E, Confirm>) {
            EXPECT_FALSE(effect.accepted && (x_setting.abandon || state.undoing)) << where;
        }
        if constexpr (std::is_same_v<E, Submit>) {
            EXPECT_FALSE(x_setting.abandon) << where;
        }
        if constexpr (std::is_same_v<E, Submit>) check_submit(effect, rules, where);
        if constexpr (std::is_same_v<E, Confirm>) {
            const bool written = rules.stages_saved.count("written") || x_setting.open == OpenOrder::Stage::written;
            const bool stores = x_setting.what != "issue";
            EXPECT_TRUE(!effect.accepted || written || !stores)
                << where << ": accepted before it was written and saved";
        }
        if (!std::is_same_v<E, MakeRequestSignature> && !std::is_same_v<E, VerifyPin>) rules.just_verified.reset();
    }

    bool allowed(const Rules& rules) const {
        return x_setting.real_reader.empty() || x_setting.policy.write_real_card || rules.real_card_allowed;
    }

    void check_submit(const Submit& submit, Rules& rules, const std::string& where) {
        const std::size_t most = x_setting.policy.dialect == "rest" ? submit.order.lines.size() : 1;
        EXPECT_LE(static_cast<std::size_t>(++rules.submits), most + static_cast<std::size_t>(rules.waits)) << where;
        EXPECT_EQ(submit.so_far.pending.has_value(), rules.waits > 0) << where << ": a pending order is sent again";
        if (x_setting.open) return;
        EXPECT_TRUE(rules.stages_saved.count("prepared")) << where;
        EXPECT_EQ(rules.saved_order, submit.encoded) << where;
        EXPECT_TRUE(rules.verified_ever.count("01") && rules.verified_ever.count("02")) << where;
        if (x_setting.policy.issue_first || x_setting.what == "issue") return;
        for (const auto& pin : x_setting.write_pins)
            EXPECT_TRUE(rules.verified_ever.count(pin)) << where << ": " << pin;
    }

    const Setting& x_setting;
};

std::vector<Setting> settings() {
    PrepareAnswer held;
    held.op_pin_required = held.op_pin_held = true;
    PrepareAnswer asked;
    asked.op_pin_required = true;
    const auto kBoth = std::vector<std::string>{"01", "03"};
    UpdateRequest open;
    std::vector<Setting> all;
    const auto add = [&](const char* what) -> Setting& {
        all.emplace_back();
        all.back().what = what;
        return all.back();
    };
    add("redo");
    add("nothing given").request = open;
    add("issue").request = samples::request(Action::issue);
    add("no confirmation").confirmation = false;
    auto& first = add("issue first");
    first.policy.issue_first = true;
    first.write_pins = kBoth;
    for (const auto& [what, answer] : {std::pair("op pin held", held), std::pair("op pin asked", asked)}) {
        auto& setting = add(what);
        setting.answer = answer;
        setting.write_pins = kBoth;
    }
    add("ca certificates offered").answer.issuer_certificates_stored = true;
    add("no pin to write").write_pins = {};
    add("one key per call").policy.dialect = "rest";
    add("real card").real_reader = "ACME 00 00";
    auto& real_issue = add("issue");
    real_issue.real_reader = "ACME 00 00";
    real_issue.request = samples::request(Action::issue);
    auto& allowed = add("real card, allowed before");
    allowed.real_reader = "ACME 00 00";
    allowed.policy.write_real_card = true;
    auto& real_resumed = add("real card, resumed issued");
    real_resumed.real_reader = "ACME 00 00";
    real_resumed.open = OpenOrder::Stage::issued;
    auto& real_abandoned = add("real card, abandoned issued");
    real_abandoned.real_reader = "ACME 00 00";
    real_abandoned.open = OpenOrder::Stage::issued;
    real_abandoned.abandon = true;
    add("resumed prepared").open = OpenOrder::Stage::prepared;
    add("resumed issued").open = OpenOrder::Stage::issued;
    add("resumed written").open = OpenOrder::Stage::written;
    for (const auto& [what, stage] : {std::pair("abandoned issued", OpenOrder::Stage::issued),
                                      std::pair("abandoned prepared", OpenOrder::Stage::prepared),
                                      std::pair("abandoned written", OpenOrder::Stage::written)}) {
        auto& setting = add(what);
        setting.open = stage;
        setting.abandon = true;
    }
    auto& resumed = add("resumed issued, op pin held");
    resumed.open = OpenOrder::Stage::issued;
    resumed.answer = held;
    resumed.write_pins = kBoth;
    return all;
}

TEST(Paths, KeepTheRulesWhateverHappens) {
    for (const auto& setting : settings()) {
        SCOPED_TRACE(setting.what);
        Explorer explorer(setting);
        explorer.explore();
        EXPECT_TRUE(setting.open || setting.policy.dialect == "rest" || explorer.ends.count(ErrorCode::cm_pending));
        EXPECT_GT(explorer.successes, 0);
        EXPECT_GT(explorer.paths, setting.abandon ? 2 : 10);
        EXPECT_EQ(explorer.ends.count(ErrorCode::internal), 0U);
        RecordProperty(setting.what, explorer.paths);
    }
}

TEST(Paths, ABlockedPinEndsBeforeAnythingIsAskedOrSent) {
    State state;
    state.stage = Stage::preparing;
    state.contents = samples::card();
    state.contents.pins[1].tries_left = 0;
    state.request = samples::request();
    for (const auto& key : state.contents.keys)
        state.order.lines.push_back({key.id, key.label, "redo", "ec-p256", key.usage, key.spki, {}, {}});
    const auto next = step(state, Prepared{}, {});
    const auto* finish = std::get_if<Finish>(&next.effects.back());
    ASSERT_TRUE(finish && finish->error);
    EXPECT_EQ(finish->error->code, ErrorCode::pin_blocked);
}

TEST(Paths, OneTryLeftIsAskedForExplicitly) {
    State state;
    state.stage = Stage::preparing;
    state.contents = samples::card();
    state.contents.pins[0].tries_left = 1;
    for (const auto& key : state.contents.keys)
        state.order.lines.push_back({key.id, key.label, "redo", "ec-p256", key.usage, key.spki, {}, {}});
    const auto next = step(state, Prepared{}, {});
    const auto* ask = std::get_if<AskPin>(&next.effects.back());
    ASSERT_TRUE(ask);
    EXPECT_TRUE(ask->prompt.last_try);
    EXPECT_EQ(ask->prompt.tries_left, 1);
}

/// A submission that may have reached the CM stays in the journal; one that can't have is closed.
TEST(Paths, AFailedSubmissionClosesTheJournalOnlyIfNothingCanHaveBeenIssued) {
    struct Row {
        ErrorCode code;
        bool resuming;
        bool closes;
    };
    for (const auto& row : std::vector<Row>{{ErrorCode::tc_untrusted, false, true},
                                            {ErrorCode::cm_unreachable, false, true},
                                            {ErrorCode::cm_maintenance, false, true},
                                            {ErrorCode::cm_internal, false, false},
                                            {ErrorCode::cm_timeout_after_submit, false, false},
                                            {ErrorCode::cm_answer_mismatch, false, false},
                                            {ErrorCode::tc_untrusted, true, true},
                                            {ErrorCode::cm_unreachable, true, false},
                                            {ErrorCode::cm_maintenance, true, false},
                                            {ErrorCode::officer_closed, true, false}}) {
        State state;
        state.stage = Stage::submitting;
        state.saved = true;
        state.resuming = row.resuming;
        const auto next = step(state, failed(row.code), {});
        EXPECT_EQ(std::holds_alternative<CloseJournal>(next.effects.back()), row.closes) << rakit::name(row.code);
        if (row.closes) continue;
        EXPECT_NE(std::get<Finish>(next.effects.back()).error->remedy.find("rakit resume"), std::string::npos);
    }
}

/// One key per call: what the CM issued before it refused goes back, and only then the order is closed.
TEST(Paths, ARefusedSecondKeyGivesTheFirstCertificateBack) {
    State state;
    state.stage = Stage::submitting;
    state.saved = true;
    state.order.lines = samples::open_order(OpenOrder::Stage::prepared).order.lines;
    state.submission.issued = samples::issued(state.order);
    state.submission.issued.certificates.pop_back();
    const auto next = step(state, failed(ErrorCode::key_reuse_forbidden), {});
    const auto* refuse = std::get_if<Confirm>(&next.effects.back());
    ASSERT_TRUE(refuse);
    EXPECT_FALSE(refuse->accepted);
    EXPECT_EQ(refuse->issued.certificates.size(), 1U);
    const auto closing = step(next.state, Confirmed{}, {});
    ASSERT_TRUE(std::holds_alternative<CloseJournal>(closing.effects.back()));
    const auto ended = step(closing.state, JournalClosed{}, {});
    EXPECT_EQ(std::get<Finish>(ended.effects.back()).error->code, ErrorCode::key_reuse_forbidden);
}

TEST(Paths, ACertificateForAnotherKeyIsNotTaken) {
    State state;
    state.stage = Stage::submitting;
    state.saved = true;
    const auto card = samples::card();
    for (const auto& key : card.keys)
        state.order.lines.push_back({key.id, key.label, "redo", "ec-p256", key.usage, key.spki, {}, {}});
    auto issued = samples::issued(state.order);
    std::swap(issued.certificates[0].second, issued.certificates[1].second);
    const auto next = step(state, OrderIssued{{issued}}, {});
    const auto* finish = std::get_if<Finish>(&next.effects.back());
    ASSERT_TRUE(finish && finish->error);
    EXPECT_EQ(finish->error->code, ErrorCode::cm_answer_mismatch);
}

}  // namespace
}  // namespace rakit::reference::core
