#include <algorithm>

#include "virtual_cards/printer/run.hpp"

namespace rakit::printer {

void operator_did(Run& run, const Load& load) {
    auto& machine = run.machine();
    const bool known = std::any_of(machine.cards.begin(), machine.cards.end(), [&](const CardRecord& card) {
        return card.card == load.card && card.place != Place::taken;
    });
    if (known) return void(run.refuse(Refusal::not_allowed));
    const bool full = load.back ? run.card_in_slot().has_value() : machine.hopper.size() >= machine.capacity.hopper;
    if (full) return void(run.refuse(Refusal::tray_full));
    if (!load.back) machine.hopper.push_back(load.card);
    machine.cards.push_back({load.card, load.back ? Place::slot : Place::hopper, 0});
    machine.feeder_warned = false;
    if (machine.error == FaultKind::feeder_empty) machine.error.reset();
}

void operator_did(Run& run, const OpenCover&) {
    auto& machine = run.machine();
    machine.cover_open = true;
    // The contacts hang on the cover: with it open, nothing presses on the card.
    if (contacts(machine.phase)) run.rest(Phase::at_contact);
}

void operator_did(Run& run, const CloseCover&) {
    auto& machine = run.machine();
    if (!machine.cover_open) return;
    machine.cover_open = false;
    if (machine.error == FaultKind::cover_open || machine.error == FaultKind::ribbon_cut) machine.error.reset();
    // Also one that was lost before the power was.
    for (auto& card : machine.cards)
        if (card.place == Place::lost) card.place = Place::taken;
    if (machine.phase != Phase::jammed || !machine.inside) return;
    run.put(*machine.inside, Place::taken);
    machine.inside.reset();
}

void operator_did(Run& run, const EmptyTrays&) {
    auto& machine = run.machine();
    for (auto& card : machine.cards)
        if (card.place == Place::output || card.place == Place::reject || card.place == Place::slot)
            card.place = Place::taken;
    if (machine.error == FaultKind::output_full || machine.error == FaultKind::reject_full) machine.error.reset();
}

void operator_did(Run& run, const NewRibbon&) {
    auto& machine = run.machine();
    machine.ribbon_left = machine.capacity.ribbon;
    if (machine.error == FaultKind::ribbon_end || machine.error == FaultKind::ribbon_cut) machine.error.reset();
}

void operator_did(Run& run, const PowerOff&) {
    if (run.machine().powered) run.lose_power();
}

void operator_did(Run& run, const PowerOn&) {
    auto& machine = run.machine();
    if (machine.powered) return;
    machine.powered = true;
    machine.job = JobState::none;
    machine.error.reset();
    // A card that was on its way is found by the sensors, wherever the power left it, and waits there.
    run.rest(machine.inside ? Phase::at_contact : Phase::idle);
}

}  // namespace rakit::printer
