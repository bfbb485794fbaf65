#include "virtual_cards/printer/machine.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

namespace rakit::printer {
namespace {

using enum Phase;

/// Driven is a machine with what its steps came to.
struct Driven {
    Machine machine;
    Refusal refusal = Refusal::none;
    std::vector<Effect> effects;
    bool connected = false;  ///< what PC/SC would see

    Driven& operator()(const Input& input) {
        auto next = step(std::move(machine), input);
        machine = std::move(next.machine);
        refusal = next.refusal;
        effects = std::move(next.effects);
        for (const auto& effect : effects) {
            if (std::holds_alternative<Engaged>(effect)) {
                EXPECT_FALSE(connected) << "engaged twice";
                connected = true;
            }
            if (std::holds_alternative<Disengaged>(effect)) {
                EXPECT_TRUE(connected) << "disengaged twice";
                connected = false;
            }
        }
        check();
        return *this;
    }
    /// check holds of every machine, whatever happened to it.
    void check() const {
        EXPECT_EQ(connected, contacts(machine.phase)) << name(machine.phase);
        EXPECT_TRUE(!contacts(machine.phase) || machine.inside);
        const auto at = [&](Place place) {
            return std::count_if(machine.cards.begin(), machine.cards.end(),
                                 [&](const auto& card) { return card.place == place; });
        };
        EXPECT_EQ(at(Place::inside), machine.inside ? 1 : 0);
        EXPECT_EQ(static_cast<std::size_t>(at(Place::hopper)), machine.hopper.size());
        for (const auto passing : {feeding, positioning, ejecting, rejecting}) EXPECT_NE(machine.phase, passing);
    }
};

/// in brings a machine with three cards into a phase in which it can stand.
Driven in(Phase phase) {
    Driven driven;
    for (const auto* card : {"A", "B", "C"}) driven(Load{card});
    switch (phase) {
        case at_contact: driven(ToStation{})(Disengage{}); break;
        case engaged: driven(ToStation{}); break;
        case encoding: driven(ToStation{})(CommandStarted{}); break;
        case printing: driven(ToPrint{}); break;
        case done: driven(ToStation{})(Eject{}); break;
        case rejected: driven(ToStation{})(Reject{}); break;
        case jammed: driven(Arm{{FaultKind::jam_hopper, feeding, 1, 1}})(ToStation{}); break;
        case card_lost: driven(Arm{{FaultKind::card_lost, positioning, 1, 1}})(ToStation{}); break;
        case offline: driven(PowerOff{}); break;
        default: break;
    }
    EXPECT_EQ(driven.machine.phase, phase);
    return driven;
}

constexpr std::array kStanding{idle, at_contact, engaged, encoding,  printing,
                               done, rejected,   jammed,  card_lost, offline};

struct Row {
    const char* what;
    Input input;
    /// refusal and the phase afterwards, for each of kStanding.
    std::array<std::pair<Refusal, Phase>, kStanding.size()> then;
};

constexpr auto kOk = Refusal::none;
constexpr auto kNo = Refusal::not_allowed;
constexpr auto kStuck = Refusal::mechanical;
constexpr auto kOff = Refusal::offline;
constexpr auto kNone = Refusal::no_card;

std::vector<Row> table() {
    const Face face{Side::front, std::make_shared<Picture>()};
    return {
        // clang-format off
        //                       idle            at_contact          engaged             encoding         printing            done            rejected            jammed            card_lost            offline
        {"ToStation", ToStation{}, {{{kOk, engaged}, {kOk, engaged},     {kOk, engaged},     {kNo, encoding}, {kOk, engaged},     {kOk, engaged}, {kOk, engaged},     {kStuck, jammed}, {kStuck, card_lost}, {kOff, offline}}}},
        {"ToPrint",   ToPrint{},   {{{kOk, printing},{kOk, printing},    {kOk, printing},    {kNo, encoding}, {kOk, printing},    {kOk, printing},{kOk, printing},    {kStuck, jammed}, {kStuck, card_lost}, {kOff, offline}}}},
        {"FromBack",  FromBack{},  {{{Refusal::feeder, idle},{kOk, printing},{kOk, printing},{kNo, encoding},{kOk, printing},    {Refusal::feeder, idle},{Refusal::feeder, idle},{kStuck, jammed}, {kStuck, card_lost}, {kOff, offline}}}},
        {"Disengage", Disengage{}, {{{kNo, idle},    {kNo, at_contact},  {kOk, at_contact},  {kNo, encoding}, {kNo, printing},    {kNo, done},    {kNo, rejected},    {kStuck, jammed}, {kStuck, card_lost}, {kOff, offline}}}},
        {"Unreachable",Unreachable{},{{{kOk, idle},  {kOk, at_contact},  {kStuck, at_contact},{kStuck, at_contact},{kOk, printing},{kOk, done},   {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"Print",     Print{face}, {{{kNone, idle},  {kOk, printing},    {kOk, printing},    {kNo, encoding}, {kOk, printing},    {kNone, done},  {kNone, rejected},  {kStuck, jammed}, {kStuck, card_lost}, {kOff, offline}}}},
        {"Eject",     Eject{},     {{{kNone, idle},  {kOk, done},        {kOk, done},        {kNo, encoding}, {kOk, done},        {kNone, done},  {kNone, rejected},  {kStuck, jammed}, {kStuck, card_lost}, {kOff, offline}}}},
        {"EjectBack", EjectBack{}, {{{kNone, idle},  {kOk, done},        {kOk, done},        {kNo, encoding}, {kOk, done},        {kNone, done},  {kNone, rejected},  {kStuck, jammed}, {kStuck, card_lost}, {kOff, offline}}}},
        {"Reject",    Reject{},    {{{kNone, idle},  {kOk, rejected},    {kOk, rejected},    {kNo, encoding}, {kOk, rejected},    {kNone, done},  {kNone, rejected},  {kStuck, jammed}, {kStuck, card_lost}, {kOff, offline}}}},
        {"Clear",     ClearStatus{},{{{kOk, idle},   {kOk, at_contact},  {kOk, engaged},     {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kStuck, jammed}, {kOk, idle},         {kOff, offline}}}},
        {"SoftReset", SoftReset{}, {{{kOk, idle},    {kOk, idle},        {kOk, idle},        {kNo, encoding}, {kOk, idle},        {kOk, idle},    {kOk, idle},        {kStuck, jammed}, {kOk, idle},         {kOff, offline}}}},
        {"BeginJob",  BeginJob{},  {{{kOk, idle},    {kOk, at_contact},  {kOk, engaged},     {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOff, offline}}}},
        {"ResumeJob", ResumeJob{}, {{{kNo, idle},    {kNo, at_contact},  {kNo, engaged},     {kNo, encoding}, {kNo, printing},    {kNo, done},    {kNo, rejected},    {kNo, jammed},    {kNo, card_lost},    {kNo, offline}}}},
        {"CancelJob", CancelJob{}, {{{kNo, idle},    {kNo, at_contact},  {kNo, engaged},     {kNo, encoding}, {kNo, printing},    {kNo, done},    {kNo, rejected},    {kNo, jammed},    {kNo, card_lost},    {kNo, offline}}}},
        {"EndJob",    EndJob{},    {{{kNo, idle},    {kNo, at_contact},  {kNo, engaged},     {kNo, encoding}, {kNo, printing},    {kNo, done},    {kNo, rejected},    {kNo, jammed},    {kNo, card_lost},    {kNo, offline}}}},
        {"Answering", Answering{}, {{{kOk, idle},    {kOk, at_contact},  {kOk, engaged},     {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"Started",   CommandStarted{},{{{kOk, idle},{kOk, at_contact},  {kOk, encoding},    {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"Ended",     CommandEnded{},{{{kOk, idle},  {kOk, at_contact},  {kOk, engaged},     {kOk, engaged},  {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"Load",      Load{"D"},   {{{kOk, idle},    {kOk, at_contact},  {kOk, engaged},     {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"OpenCover", OpenCover{}, {{{kOk, idle},    {kOk, at_contact},  {kOk, at_contact},  {kOk, at_contact},{kOk, printing},   {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"CloseCover",CloseCover{},{{{kOk, idle},    {kOk, at_contact},  {kOk, engaged},     {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"EmptyTrays",EmptyTrays{},{{{kOk, idle},    {kOk, at_contact},  {kOk, engaged},     {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"NewRibbon", NewRibbon{}, {{{kOk, idle},    {kOk, at_contact},  {kOk, engaged},     {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"PowerOff",  PowerOff{},  {{{kOk, offline}, {kOk, offline},     {kOk, offline},     {kOk, offline},  {kOk, offline},     {kOk, offline}, {kOk, offline},     {kOk, offline},   {kOk, offline},      {kOk, offline}}}},
        {"PowerOn",   PowerOn{},   {{{kOk, idle},    {kOk, at_contact},  {kOk, engaged},     {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, idle}}}},
        {"Arm",       Arm{{FaultKind::busy, {}, 1, 1}},{{{kOk, idle},{kOk, at_contact},{kOk, engaged},{kOk, encoding},{kOk, printing},{kOk, done},{kOk, rejected},{kOk, jammed},{kOk, card_lost},{kOk, offline}}}},
        {"Disarm",    Disarm{},    {{{kOk, idle},    {kOk, at_contact},  {kOk, engaged},     {kOk, encoding}, {kOk, printing},    {kOk, done},    {kOk, rejected},    {kOk, jammed},    {kOk, card_lost},    {kOk, offline}}}},
        {"Passed",    Passed{std::chrono::hours(1)},{{{kOk, idle},{kOk, at_contact},{kOk, engaged},{kOk, encoding},{kOk, printing},{kOk, done},{kOk, rejected},{kOk, jammed},{kOk, card_lost},{kOk, offline}}}},
        // clang-format on
    };
}

TEST(Machine, EachStateDecidesEachInput) {
    const auto rows = table();
    ASSERT_EQ(rows.size(), std::variant_size_v<Input>);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        ASSERT_EQ(rows[row].input.index(), row) << "rows are in the order of Input";
        for (std::size_t at = 0; at < kStanding.size(); ++at) {
            SCOPED_TRACE(std::string(rows[row].what) + " in " + std::string(name(kStanding[at])));
            auto driven = in(kStanding[at]);
            driven(rows[row].input);
            EXPECT_EQ(name(driven.refusal), name(rows[row].then[at].first));
            EXPECT_EQ(name(driven.machine.phase), name(rows[row].then[at].second));
        }
    }
}

/// What a fault leaves behind after a card's whole way: feed, engage, a command, print, eject or reject.
void whole_way(Driven& driven, bool reject) {
    driven(Answering{});
    driven(ToStation{});
    driven(CommandStarted{});
    driven(CommandEnded{});
    driven(Print{{Side::front, std::make_shared<Picture>()}});
    driven(Answering{});
    reject ? driven(Reject{}) : driven(Eject{});
}

TEST(Machine, EachFaultInEachPhaseIsMendedAndLosesNoCard) {
    int struck = 0;
    for (int kind = 0; kind < static_cast<int>(FaultKind::kCount); ++kind) {
        for (int phase = 0; phase < static_cast<int>(kCount); ++phase) {
            for (const bool reject : {false, true}) {
                const Fault fault{static_cast<FaultKind>(kind), static_cast<Phase>(phase), 1, 1};
                SCOPED_TRACE(std::string(name(fault.kind)) + " in " + std::string(name(*fault.phase)));
                auto driven = in(idle);
                driven(Arm{fault});
                if (!can_strike(fault.kind, *fault.phase)) {
                    EXPECT_EQ(driven.refusal, Refusal::not_allowed);
                    EXPECT_TRUE(driven.machine.faults.empty());
                    continue;
                }
                EXPECT_EQ(driven.refusal, Refusal::none);
                whole_way(driven, reject);
                struck += driven.machine.faults.front().times == 0 ? 1 : 0;
                // The operator mends whatever it was; then the machine works again, with every card in its place.
                driven(Disarm{})(OpenCover{})(CloseCover{})(NewRibbon{})(EmptyTrays{})(PowerOff{})(PowerOn{});
                driven(ClearStatus{});
                EXPECT_EQ(driven.refusal, Refusal::none);
                driven(ToStation{});
                EXPECT_EQ(driven.machine.phase, engaged);
                driven(Eject{});
                EXPECT_EQ(driven.machine.phase, done);
                EXPECT_EQ(driven.machine.cards.size(), 3U);
            }
        }
    }
    EXPECT_GT(struck, 60);
}

struct FaultRow {
    FaultKind kind;
    Phase phase;
    Refusal refusal;
    Phase then;
    Place card;
};

TEST(Machine, EachFaultStopsWhereItStrikes) {
    using enum FaultKind;
    const std::vector<FaultRow> rows{
        {feeder_empty, feeding, Refusal::feeder, idle, Place::hopper},
        {jam_hopper, feeding, kStuck, jammed, Place::inside},
        {jam_turn_over, positioning, kStuck, jammed, Place::inside},
        {card_position, positioning, kStuck, at_contact, Place::inside},
        {FaultKind::card_lost, positioning, kStuck, Phase::card_lost, Place::lost},
        {contact_failure, at_contact, kStuck, at_contact, Place::inside},
        {contact_failure, engaged, kStuck, at_contact, Place::inside},
        {cover_open, feeding, Refusal::cover, at_contact, Place::inside},
        {cover_open, positioning, Refusal::cover, at_contact, Place::inside},
        {cover_open, engaged, Refusal::cover, at_contact, Place::inside},
        {power_loss, feeding, kOff, offline, Place::inside},
        {power_loss, positioning, kOff, offline, Place::inside},
        {power_loss, at_contact, kOff, offline, Place::inside},
        {power_loss, engaged, kOff, offline, Place::inside},
        {busy, idle, Refusal::busy, idle, Place::hopper},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(std::string(name(row.kind)) + " in " + std::string(name(row.phase)));
        auto driven = in(idle);
        driven(Arm{{row.kind, row.phase, 1, 1}})(ToStation{});
        EXPECT_EQ(name(driven.refusal), name(row.refusal));
        EXPECT_EQ(name(driven.machine.phase), name(row.then));
        EXPECT_EQ(name(driven.machine.cards[0].place), name(row.card));
    }
}

TEST(Machine, LeavingFaultsKeepTheCardInside) {
    using enum FaultKind;
    for (const auto& [kind, phase, then] :
         std::vector<std::tuple<FaultKind, Phase, Phase>>{{output_full, ejecting, at_contact},
                                                          {jam_discharge, ejecting, jammed},
                                                          {cover_open, ejecting, at_contact},
                                                          {power_loss, ejecting, offline}}) {
        auto driven = in(engaged);
        driven(Arm{{kind, phase, 1, 1}})(Eject{});
        EXPECT_EQ(name(driven.machine.phase), name(then));
        EXPECT_EQ(driven.machine.cards[0].place, Place::inside);
    }
}

TEST(Machine, AFullTrayIsTriedAgainOnceEmptied) {
    auto driven = in(idle);
    driven.machine.capacity.output = 1;
    driven(ToStation{})(Eject{})(ToStation{})(Eject{});
    EXPECT_EQ(driven.refusal, Refusal::tray_full);
    driven(EmptyTrays{})(Eject{});
    EXPECT_EQ(driven.refusal, Refusal::none);
    EXPECT_EQ(driven.machine.cards[0].place, Place::taken);
    EXPECT_EQ(driven.machine.cards[1].place, Place::output);
}

TEST(Machine, TheWrongCardIsFed) {
    auto driven = in(idle);
    driven(Arm{{FaultKind::wrong_card, {}, 1, 1}})(ToStation{});
    EXPECT_EQ(driven.machine.inside, "B");
    driven(Reject{})(ToStation{});
    EXPECT_EQ(driven.machine.inside, "A");
}

TEST(Machine, TheSlotAtTheBackHoldsOneCardOutAndIn) {
    auto driven = in(engaged);
    driven(EjectBack{});
    EXPECT_EQ(driven.machine.cards[0].place, Place::slot);
    driven(Load{"D", true});
    EXPECT_EQ(driven.refusal, Refusal::tray_full);
    driven(FromBack{});
    EXPECT_EQ(driven.machine.inside, "A");
    driven(Load{"D", true})(EjectBack{});
    EXPECT_EQ(driven.refusal, Refusal::tray_full) << "the slot is taken";
    driven(Eject{})(FromBack{});
    EXPECT_EQ(driven.machine.inside, "D");
    driven(EjectBack{})(EmptyTrays{});
    EXPECT_EQ(driven.machine.cards.back().place, Place::taken);
    driven(FromBack{});
    EXPECT_EQ(driven.refusal, Refusal::feeder);
}

TEST(Machine, ContactsFailForTheFirstTries) {
    auto driven = in(idle);
    driven(Arm{{FaultKind::contact_failure, {}, 1, 2}})(ToStation{});
    EXPECT_EQ(driven.refusal, Refusal::mechanical);
    driven(ToStation{});
    EXPECT_EQ(driven.refusal, Refusal::mechanical);
    driven(ToStation{});
    EXPECT_EQ(driven.refusal, Refusal::none);
    EXPECT_EQ(driven.machine.counters.engaged, 1U);
    EXPECT_EQ(driven.machine.counters.fed, 1U);
}

TEST(Machine, FaultsInTheMiddleOfACommandOpenTheContacts) {
    for (const auto kind : {FaultKind::contact_failure, FaultKind::power_loss, FaultKind::cover_open}) {
        auto driven = in(idle);
        driven(Arm{{kind, encoding, 2, 1}})(ToStation{})(CommandStarted{})(CommandEnded{});
        EXPECT_TRUE(driven.connected);
        driven(CommandStarted{});
        EXPECT_FALSE(driven.connected);
        driven(CommandEnded{});
        EXPECT_FALSE(driven.connected);
        EXPECT_EQ(driven.machine.inside, "A");
    }
}

TEST(Machine, AJobIsSuspendedAtTheStationAndResumedThereOnly) {
    auto driven = in(idle);
    driven(BeginJob{});
    EXPECT_EQ(driven.machine.job, JobState::created);
    driven(ResumeJob{});
    EXPECT_EQ(driven.refusal, Refusal::not_allowed);
    driven(BeginJob{});
    EXPECT_EQ(driven.refusal, Refusal::busy);
    driven(ToPrint{});
    EXPECT_EQ(driven.machine.job, JobState::active);
    driven(ToStation{});
    EXPECT_EQ(driven.machine.job, JobState::suspended);
    driven(ResumeJob{});
    EXPECT_EQ(driven.machine.job, JobState::resumed);
    driven(Eject{});
    EXPECT_EQ(driven.machine.job, JobState::succeeded);
}

TEST(Machine, AJobCancelledOrLeftAtTheStationRejectsTheCard) {
    auto cancelled = in(idle);
    cancelled(BeginJob{})(ToStation{})(CancelJob{});
    EXPECT_EQ(cancelled.machine.job, JobState::cancelled);
    EXPECT_EQ(cancelled.machine.cards[0].place, Place::reject);
    auto left = in(idle);
    left(BeginJob{})(ToStation{});
    left(Passed{left.machine.capacity.suspended - std::chrono::milliseconds(1)});
    EXPECT_EQ(left.machine.job, JobState::suspended);
    left(CommandStarted{})(CommandEnded{});  // a card at work isn't left
    left(Passed{left.machine.capacity.suspended - std::chrono::milliseconds(1)});
    EXPECT_EQ(left.machine.job, JobState::suspended);
    left(Passed{std::chrono::milliseconds(1)});
    EXPECT_EQ(left.machine.job, JobState::cancelled);
    EXPECT_EQ(left.machine.cards[0].place, Place::reject);
}

TEST(Machine, AJobIsCancelledToWhereTheHostWants) {
    for (const auto& [to, phase] :
         {std::pair{Place::reject, rejected}, std::pair{Place::output, done}, std::pair{Place::inside, engaged}}) {
        auto driven = in(idle);
        driven(BeginJob{})(ToStation{})(CancelJob{to});
        EXPECT_EQ(driven.machine.job, JobState::cancelled);
        EXPECT_EQ(name(driven.machine.phase), name(phase));
        EXPECT_EQ(name(driven.machine.cards[0].place), name(to));
    }
}

TEST(Machine, FaultsStrikeAtRestWhileSomebodyIsAnswered) {
    for (const auto phase : {idle, jammed, card_lost}) {
        auto driven = in(phase);
        driven(Arm{{FaultKind::power_loss, phase, 2, 1}})(Answering{});
        EXPECT_EQ(name(driven.machine.phase), name(phase));
        driven(Answering{});
        EXPECT_EQ(name(driven.machine.phase), "offline");
        EXPECT_TRUE(std::holds_alternative<DropConnection>(driven.effects.back()));
    }
    auto opened = in(idle);
    opened(Arm{{FaultKind::cover_open, idle, 1, 1}})(Answering{});
    EXPECT_TRUE(opened.effects.empty() || !std::holds_alternative<DropConnection>(opened.effects.back()));
    opened(ToStation{});
    EXPECT_EQ(opened.refusal, Refusal::cover);
    EXPECT_FALSE(opened.machine.inside);
}

TEST(Machine, PowerLossFailsTheJobAndKeepsTheCard) {
    auto driven = in(idle);
    driven(BeginJob{})(ToStation{})(PowerOff{});
    EXPECT_EQ(driven.machine.job, JobState::failed);
    EXPECT_FALSE(driven.connected);
    driven(PowerOn{});
    EXPECT_EQ(driven.machine.phase, at_contact);
    EXPECT_EQ(driven.machine.inside, "A");
}

TEST(Machine, AJamIsClearedByHandAndTheCardIsTaken) {
    auto driven = in(jammed);
    driven(ClearStatus{});
    EXPECT_EQ(driven.refusal, Refusal::mechanical);
    driven(OpenCover{})(ClearStatus{});
    EXPECT_EQ(driven.refusal, Refusal::cover);
    driven(CloseCover{})(ClearStatus{});
    EXPECT_EQ(driven.machine.phase, idle);
    EXPECT_EQ(driven.machine.cards[0].place, Place::taken);
    driven(Load{"A"})(ToStation{});
    EXPECT_EQ(driven.machine.inside, "B");
}

TEST(Machine, TheRibbonEndsAndTheFeederWarns) {
    auto driven = in(engaged);
    driven.machine.ribbon_left = 1;
    const Face face{Side::front, std::make_shared<Picture>()};
    driven(Print{face});
    EXPECT_EQ(driven.refusal, Refusal::none);
    driven(Print{face});
    EXPECT_EQ(driven.refusal, Refusal::ribbon);
    driven(NewRibbon{})(Print{face});
    EXPECT_EQ(driven.refusal, Refusal::none);
    EXPECT_TRUE(feeder_low(driven.machine));
    driven.machine.capacity.near_empty = 1;
    EXPECT_FALSE(feeder_low(driven.machine));
}

}  // namespace
}  // namespace rakit::printer
