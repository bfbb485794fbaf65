#include "virtual_cards/printer/run.hpp"

#include <algorithm>
#include <array>

namespace rakit::printer {
namespace {

constexpr std::array kStopping{FaultKind::power_loss,     FaultKind::cover_open,    FaultKind::jam_hopper,
                               FaultKind::card_lost,      FaultKind::jam_turn_over, FaultKind::jam_discharge,
                               FaultKind::card_position,  FaultKind::output_full,   FaultKind::reject_full,
                               FaultKind::ribbon_end,     FaultKind::ribbon_cut,    FaultKind::head_temperature,
                               FaultKind::contact_failure};

std::size_t held(const Machine& machine, Place place) {
    return static_cast<std::size_t>(std::count_if(machine.cards.begin(), machine.cards.end(),
                                                  [&](const CardRecord& card) { return card.place == place; }));
}

std::size_t room_at(const Capacity& capacity, Place place) {
    switch (place) {
        case Place::output: return capacity.output;
        case Place::reject: return capacity.reject;
        default: return 1;
    }
}

/// first_phase is where a fault strikes that names no phase.
Phase first_phase(FaultKind kind) {
    for (std::size_t at = 0; at < static_cast<std::size_t>(Phase::kCount); ++at)
        if (can_strike(kind, static_cast<Phase>(at))) return static_cast<Phase>(at);
    return Phase::kCount;
}

/// any_phase: these come with a command, not with a movement.
bool any_phase(FaultKind kind) {
    return kind == FaultKind::busy || kind == FaultKind::connection_dropped || kind == FaultKind::answer_late;
}

}  // namespace

bool Run::enter(Phase phase) {
    rest(phase);
    return spared();
}

bool Run::spared() {
    const Phase phase = machine().phase;
    for (const auto kind : kStopping)
        if (strikes(kind, phase)) return stop(kind);
    return true;
}

void Run::rest(Phase phase) {
    const bool had = contacts(machine().phase);
    machine().phase = phase;
    x_now.effects.emplace_back(Entered{phase});
    if (had && !contacts(phase)) x_now.effects.emplace_back(Disengaged{*machine().inside});
}

bool Run::strikes(FaultKind kind, Phase at) {
    for (auto& fault : machine().faults) {
        if (fault.kind != kind || fault.times == 0) continue;
        const bool here = fault.phase ? *fault.phase == at : any_phase(kind) || first_phase(kind) == at;
        if (!here) continue;
        if (fault.nth > 1) {
            --fault.nth;
            continue;
        }
        --fault.times;
        return true;
    }
    return false;
}

bool Run::stop(FaultKind kind) {
    const bool inside = machine().inside.has_value();
    switch (kind) {
        case FaultKind::power_loss: lose_power(); return refuse(Refusal::offline);
        case FaultKind::jam_hopper:
        case FaultKind::jam_turn_over:
        case FaultKind::jam_discharge: return jam(kind);
        case FaultKind::card_lost: return lose_card();
        case FaultKind::cover_open: machine().cover_open = true; break;
        default: break;
    }
    machine().error = kind;
    // Whatever stopped it, the sensors know whether a card is inside, and that is where it waits.
    rest(inside ? Phase::at_contact : Phase::idle);
    return refuse(refusal_of(kind));
}

bool Run::jam(FaultKind kind) {
    ++machine().counters.jams;
    machine().error = kind;
    end_job(JobState::failed);
    rest(Phase::jammed);
    return refuse(Refusal::mechanical);
}

bool Run::lose_card() {
    machine().error = FaultKind::card_lost;
    end_job(JobState::failed);
    rest(Phase::card_lost);
    put(*machine().inside, Place::lost);
    machine().inside.reset();
    return refuse(Refusal::mechanical);
}

void Run::lose_power() {
    machine().powered = false;
    ++machine().outages;
    end_job(JobState::failed);
    rest(Phase::offline);
}

void Run::end_job(JobState how) {
    if (in_job(machine())) machine().job = how;
    machine().waiting = {};
}

CardRecord& Run::record(const std::string& card) {
    // Every card that is anywhere in the machine was loaded; one that was taken out may have been loaded again.
    return *std::find_if(machine().cards.begin(), machine().cards.end(),
                         [&](const CardRecord& one) { return one.card == card && one.place != Place::taken; });
}

void Run::put(const std::string& card, Place place) { record(card).place = place; }

void Run::took_in(const std::string& card) {
    machine().inside = card;
    put(card, Place::inside);
    ++machine().counters.fed;
}

void Run::engaged() {
    ++machine().counters.engaged;
    x_now.effects.emplace_back(Engaged{*machine().inside});
}

void Run::printed(const Face& face) {
    ++machine().counters.printed;
    --machine().ribbon_left;
    ++record(*machine().inside).printed;
    x_now.effects.emplace_back(Printed{*machine().inside, face});
}

Refusal refusal_of(FaultKind error) {
    switch (error) {
        case FaultKind::feeder_empty: return Refusal::feeder;
        case FaultKind::ribbon_end:
        case FaultKind::ribbon_cut: return Refusal::ribbon;
        case FaultKind::cover_open: return Refusal::cover;
        case FaultKind::output_full:
        case FaultKind::reject_full: return Refusal::tray_full;
        default: return Refusal::mechanical;
    }
}

bool ready(Run& run) {
    auto& machine = run.machine();
    if (!machine.powered) return run.refuse(Refusal::offline);
    if (machine.phase == Phase::encoding) return run.refuse(Refusal::not_allowed);
    if (run.strikes(FaultKind::busy, machine.phase)) return run.refuse(Refusal::busy);
    if (machine.cover_open) return run.refuse(Refusal::cover);
    if (machine.error == FaultKind::feeder_empty && !machine.hopper.empty()) machine.error.reset();
    // These stop one movement only: what they hindered may be tried again, or something else.
    if (machine.error == FaultKind::contact_failure || machine.error == FaultKind::output_full ||
        machine.error == FaultKind::reject_full || machine.error == FaultKind::feeder_empty)
        machine.error.reset();
    if (machine.error) return run.refuse(refusal_of(*machine.error));
    return true;
}

std::optional<std::string> Run::top_card() {
    auto& hopper = machine().hopper;
    if (hopper.empty() || strikes(FaultKind::feeder_empty, Phase::feeding)) return std::nullopt;
    if (strikes(FaultKind::feeder_near_empty, Phase::feeding)) machine().feeder_warned = true;
    // The card on top sticks to the one below, which goes first.
    if (hopper.size() > 1 && strikes(FaultKind::wrong_card, Phase::feeding)) std::swap(hopper[0], hopper[1]);
    auto card = std::move(hopper.front());
    hopper.pop_front();
    return card;
}

std::optional<std::string> Run::card_in_slot() {
    const auto& cards = machine().cards;
    const auto found =
        std::find_if(cards.begin(), cards.end(), [](const auto& card) { return card.place == Place::slot; });
    return found == cards.end() ? std::nullopt : std::optional(found->card);
}

bool bring_inside(Run& run, Place from) {
    auto& machine = run.machine();
    if (!ready(run)) return false;
    if (machine.inside) return true;
    run.rest(Phase::feeding);
    const auto card = from == Place::slot ? run.card_in_slot() : run.top_card();
    if (!card) return run.stop(FaultKind::feeder_empty);
    run.took_in(*card);
    if (machine.job == JobState::created) machine.job = JobState::active;
    return run.spared();
}

bool position(Run& run) { return run.enter(Phase::positioning); }

bool leave(Run& run, const Way& way) {
    auto& machine = run.machine();
    if (!machine.inside) return run.refuse(Refusal::no_card);
    if (held(machine, way.place) >= room_at(machine.capacity, way.place)) return run.stop(way.full);
    if (!run.enter(way.moving)) return false;
    run.put(*machine.inside, way.place);
    ++(way.place == Place::reject ? machine.counters.rejected : machine.counters.ejected);
    machine.inside.reset();
    run.end_job(way.job);
    return run.enter(way.gone);
}

}  // namespace rakit::printer
