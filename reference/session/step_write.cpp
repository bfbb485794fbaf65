#include <algorithm>

#include "reference/session/handlers.hpp"
#include "reference/session/lines.hpp"

namespace rakit::reference::core {
namespace {

Transition next_write_pin(State state) {
    if (state.card_steps.empty()) return plan_write(std::move(state));
    auto effect = verify(state, *state.card_steps.front().pin);
    return go(std::move(state), Stage::verifying_to_write, {}, std::move(effect));
}

Transition close(State state, Effects silent = {}) {
    return go(std::move(state), Stage::closing, std::move(silent), CloseJournal{});
}

}  // namespace

Transition plan_write(State state) {
    WriteOrder wanted{changes(state.order, *state.issued), {}, state.images, state.abandoning || state.undoing};
    if (state.replace_ca) wanted.ca_certificates = kept_ca_certificates(state.contents, state.order, *state.issued);
    return go(std::move(state), Stage::planning, {}, PlanWrite{std::move(wanted)});
}

std::vector<std::string> write_pins(const State& state) {
    auto pins = state.contents.write_pins;
    if (!state.replace_ca) return pins;
    for (const auto& pin : state.contents.ca_write_pins)
        if (std::ranges::find(pins, pin) == pins.end()) pins.push_back(pin);
    return pins;
}

Transition begin_write(State state, Effects silent) {
    if (!writes(state.order)) return reenter(std::move(state), Stage::handing_out, std::move(silent));
    state.prompts.clear();
    for (const auto& pin : write_pins(state)) {
        auto prompt = prompt_for(state, pin);
        if (!prompt) return give_up(std::move(state), std::move(prompt).error());
        if (prompt->id == "op-pin" && !state.prepared)  // resumed: the CM may hold it
            return reenter(std::move(state), Stage::preparing, std::move(silent));
        if (state.given.count(prompt->id) == 0) state.prompts.push_back(std::move(*prompt));
    }
    return ask_pins(std::move(state), Stage::locking_to_write, std::move(silent));
}

Transition on_issued_saved(State state, const CheckpointWritten&, const Policy&) {
    return begin_write(std::move(state));
}

Transition on_locked_to_write(State state, const CardLocked&, const Policy&) {
    state.card_locked = true;
    return go(std::move(state), Stage::comparing_to_write, {}, ReadIdentity{});
}

Transition on_compared_to_write(State state, const IdentityRead& event, const Policy&) {
    if (auto error = card_changed(state, event.identity)) return give_up(std::move(state), std::move(*error));
    state.card_steps.clear();
    for (const auto& pin : write_pins(state)) state.card_steps.push_back({pin, 0});
    return next_write_pin(std::move(state));
}

Transition on_write_pin_verified(State state, const PinVerified&, const Policy&) {
    state.card_steps.erase(state.card_steps.begin());
    return next_write_pin(std::move(state));
}

Transition on_planned(State state, const WritePlanned& event, const Policy&) {
    state.plan = event.plan;
    state.images = event.plan.images;
    if (!state.images.empty()) {
        auto open = open_order(state, OpenOrder::Stage::issued);
        return go(std::move(state), Stage::saving_images, {}, Checkpoint{std::move(open)});
    }
    return go(std::move(state), Stage::writing, {}, WriteSteps{event.plan});
}

Transition on_images_saved(State state, const CheckpointWritten&, const Policy&) {
    WriteSteps effect{state.plan};
    return go(std::move(state), Stage::writing, {}, std::move(effect));
}

Transition on_written(State state, const CardWritten&, const Policy&) {
    return go(std::move(state), Stage::reading_back, {}, ReadContents{});
}

Transition on_read_back(State state, const ContentsRead& event, const Policy& policy) {
    state.images.clear();
    if (auto error = card_changed(state, event.contents.identity()))
        return on_failed(std::move(state), {std::move(*error)}, policy);
    Effects effects;
    if (state.abandoning || state.undoing) {
        unlock(state, effects);
        return reenter(std::move(state), Stage::refusing, std::move(effects));
    }
    if (auto good = check_written(state.contents, event.contents, changes(state.order, *state.issued)); !good)
        return on_failed(std::move(state), {std::move(good).error()}, policy);
    unlock(state, effects);
    for (const auto& note : state.plan.notes) tell(state, effects, "card_note", note);
    auto open = open_order(state, OpenOrder::Stage::written);
    return go(std::move(state), Stage::saving_written, std::move(effects), Checkpoint{std::move(open)});
}

Transition on_written_saved(State state, const CheckpointWritten&, const Policy&) {
    return reenter(std::move(state), Stage::handing_out);
}

Transition on_handed_out(State state, const HandedOut&, const Policy&) {
    if (!state.issued->confirmation_required) return close(std::move(state));
    return reenter(std::move(state), Stage::confirming);
}

Transition on_confirmed(State state, const Confirmed&, const Policy&) { return close(std::move(state)); }

Transition on_refused(State state, const Confirmed&, const Policy&) {
    Effects effects;
    if (state.abandoning)
        return drop_order(std::move(state), "the CM was told that its certificates were not written; it revokes them");
    tell(state, effects, "order_refused", "the CM was told that the certificates were not written; it revokes them");
    return close(std::move(state), std::move(effects));
}

Transition on_closed(State state, const JournalClosed&, const Policy&) {
    state.saved = false;
    return end(std::move(state));
}

}  // namespace rakit::reference::core
