#include <gtest/gtest.h>

#include "tests/unit/session/samples.hpp"

namespace rakit::reference::core {
namespace {

/// All kinds of event, with contents that fit the sample order.
std::vector<Event> all_events(const State& state) {
    return {Started{false, true, samples::request(), Bytes(16, 1), Bytes(16, 2)},
            CardLocked{},
            ContentsRead{samples::card()},
            JournalOpened{},
            ActionsChosen{samples::request().actions},
            ReloadWanted{},
            PinGiven{},
            OfficerUnlocked{},
            ProceduresListed{{samples::procedure()}},
            ProcedureChosen{"employee-tc"},
            FieldsRecalled{},
            FormFilled{},
            Prepared{},
            QuestionAnswered{false},
            IdentityRead{samples::card().identity()},
            PinVerified{},
            RequestSigned{{1}},
            OrderEncoded{{2}},
            CheckpointWritten{},
            OrderIssued{{samples::issued(state.order)}},
            WritePlanned{},
            CardWritten{},
            HandedOut{},
            Confirmed{},
            JournalClosed{},
            SecretMissing{"pin:01"},
            Failed{{ErrorCode::card_removed, "gone", {}, {}, {}, {}}}};
}

/// A state in which every stage has what it works with.
State full_state(Stage stage) {
    State state;
    state.stage = stage;
    state.card_locked = true;
    state.request = samples::request();
    state.contents = samples::card();
    state.identity = state.contents.identity();
    state.procedures = {samples::procedure()};
    state.order.transaction_id = Bytes(16, 1);
    state.order.procedure = "employee-tc";
    state.order.fields = {{"commonName", "Anna Ek"}};
    for (const auto& key : state.contents.keys)
        state.order.lines.push_back({key.id, key.label, "redo", "ec-p256", key.usage, key.spki,
                                     key.certificates[0].certificate, key.certificates[0].certificate});
    state.prepared = PrepareAnswer{};
    state.prompts = {{"pin:01", "PIN 1", 3, false}};
    state.after_pins = Stage::locking_to_sign;
    state.card_steps = {{"01", 0}, {std::nullopt, 0}};
    state.requests = {{1}, {2}};
    state.encoded = {3};
    state.issued = samples::issued(state.order);
    return state;
}

bool answers(const Effect& effect) {
    return !std::holds_alternative<UnlockCard>(effect) && !std::holds_alternative<Tell>(effect) &&
           !std::holds_alternative<Progress>(effect) && !std::holds_alternative<RememberFields>(effect);
}

TEST(Table, DecidesEveryPairOfStageAndEvent) {
    std::size_t expected = 0;
    for (int i = 0; i < static_cast<int>(Stage::kCount); ++i) {
        const auto stage = static_cast<Stage>(i);
        const State state = full_state(stage);
        const auto events = all_events(state);
        ASSERT_EQ(events.size(), std::variant_size_v<Event>);
        for (std::size_t kind = 0; kind < events.size(); ++kind) {
            ASSERT_EQ(events[kind].index(), kind);
            SCOPED_TRACE(std::string(name(stage)) + ", event " + std::to_string(kind));
            const auto next = step(state, events[kind], {});
            ASSERT_FALSE(next.effects.empty());
            for (std::size_t e = 0; e < next.effects.size(); ++e)
                EXPECT_EQ(answers(next.effects[e]), e + 1 == next.effects.size()) << "one answering effect, the last";
            const auto* finish = std::get_if<Finish>(&next.effects.back());
            EXPECT_EQ(finish != nullptr, next.state.stage == Stage::finished);
            const bool refused = finish != nullptr && finish->error && finish->error->code == ErrorCode::internal;
            EXPECT_EQ(refused, !expects(stage, events[kind]))
                << (finish && finish->error ? to_string(*finish->error) : "");
            EXPECT_FALSE(finish != nullptr && next.state.card_locked);
            expected += expects(stage, events[kind]) ? 1 : 0;
        }
    }
    EXPECT_EQ(expected, 43U + static_cast<std::size_t>(Stage::kCount) - 2)
        << "the table's rows, and Failed while waiting";
}

}  // namespace
}  // namespace rakit::reference::core
