#include "virtual_cards/printer/machine.hpp"

#include <algorithm>

namespace rakit::printer {
namespace {

// What each phase lets the host ask for; everything else is refused as not_allowed and changes nothing. An input that
// is the operator's or the contacts' is taken in every phase.
//
//   phase        to-station  to-print  disengage  print  eject  reject
//   idle         feeds       feeds     -          -      -      -
//   at-contact   engages     moves     -          moves  yes    yes
//   engaged      again       moves     yes        moves  yes    yes
//   encoding     -           -         -          -      -      -
//   printing     moves       stays     -          yes    yes    yes
//   done         feeds       feeds     -          -      -      -
//   rejected     feeds       feeds     -          -      -      -
//   jammed       mechanical, until the cover was opened and closed and the status cleared
//   card-lost    mechanical, until the status is cleared
//   offline      offline

/// Run carries one step through: the machine as it changes, and what the edge has to do.
class Run {
public:
    explicit Run(Machine machine) : x_now{std::move(machine), Refusal::none, {}} {}
    Stepped take() { return std::move(x_now); }
    Machine& machine() { return x_now.machine; }

    void refuse(Refusal why) { x_now.refusal = why; }
    bool refused() const { return x_now.refusal != Refusal::none; }

    /// enter goes to a phase; the contacts open when it has none. False if the power went there.
    bool enter(Phase phase) {
        const bool had = contacts(machine().phase);
        machine().phase = phase;
        x_now.effects.emplace_back(Entered{phase});
        if (had && !contacts(phase)) open_contacts();
        if (strikes(FaultKind::power_loss, phase, Phase::kCount)) return lose_power();
        return true;
    }
    void open_contacts() {
        if (machine().inside) x_now.effects.emplace_back(Disengaged{*machine().inside});
    }
    bool lose_power() {
        if (contacts(machine().phase)) open_contacts();
        machine().powered = false;
        machine().phase = Phase::offline;
        end_job(JobState::failed);
        x_now.effects.emplace_back(Entered{Phase::offline});
        refuse(Refusal::offline);
        return false;
    }
    /// strikes tells whether a fault of this kind falls on this moment, and counts it. `own` is the phase that the
    /// kind belongs to where the fault names none.
    bool strikes(FaultKind kind, Phase at, Phase own) {
        for (auto& fault : machine().faults) {
            if (fault.kind != kind || fault.phase.value_or(own) != at || fault.times == 0) continue;
            if (fault.nth > 1) {
                --fault.nth;
                continue;
            }
            --fault.times;
            return true;
        }
        return false;
    }
    /// fault stops the machine with an error that has to be cleared.
    void fail(FaultKind kind, Refusal why) {
        machine().error = kind;
        refuse(why);
    }
    void jam(FaultKind kind) {
        ++machine().counters.jams;
        fail(kind, Refusal::mechanical);
        end_job(JobState::failed);
        enter(Phase::jammed);
    }
    void end_job(JobState how) {
        auto& job = machine().job;
        if (job == JobState::created || job == JobState::active || job == JobState::suspended || job == JobState::resumed)
            job = how;
    }
    CardRecord& record(const std::string& card) {
        auto found = std::find_if(machine().cards.begin(), machine().cards.end(),
                                  [&](const CardRecord& one) { return one.card == card && one.place != Place::taken; });
        return *found;  // every card that is anywhere in the machine was loaded
    }
    void put(const std::string& card, Place place) { record(card).place = place; }
    void engaged() {
        ++machine().counters.engaged;
        x_now.effects.emplace_back(Engaged{*machine().inside});
    }
    void printed(const Face& face) {
        ++machine().counters.printed;
        record(*machine().inside).printed = face;
        x_now.effects.emplace_back(Printed{*machine().inside, face});
    }

private:
    Stepped x_now;
};

std::size_t held(const Machine& machine, Place place) {
    return static_cast<std::size_t>(std::count_if(machine.cards.begin(), machine.cards.end(),
                                                  [&](const CardRecord& card) { return card.place == place; }));
}

/// ready is what every movement needs.
bool ready(Run& run) {
    auto& machine = run.machine();
    if (!machine.powered) return run.refuse(Refusal::offline), false;
    if (run.strikes(FaultKind::cover_open, machine.phase, machine.phase)) machine.cover_open = true;
    if (machine.cover_open) return run.fail(FaultKind::cover_open, Refusal::cover), false;
    if (machine.error && *machine.error != FaultKind::contact_failure) {
        const auto error = *machine.error;
        const bool feeder = error == FaultKind::feeder_empty;
        const bool ribbon = error == FaultKind::ribbon_end || error == FaultKind::ribbon_cut;
        const bool full = error == FaultKind::output_full || error == FaultKind::reject_full;
        return run.refuse(feeder ? Refusal::feeder : ribbon ? Refusal::ribbon : full ? Refusal::tray_full : Refusal::mechanical), false;
    }
    if (run.strikes(FaultKind::busy, machine.phase, machine.phase)) return run.refuse(Refusal::busy), false;
    if (machine.phase == Phase::encoding) return run.refuse(Refusal::not_allowed), false;
    return true;
}

/// feed brings a card from the hopper inside.
bool feed(Run& run) {
    auto& machine = run.machine();
    if (!run.enter(Phase::feeding)) return false;
    if (machine.hopper.empty() || run.strikes(FaultKind::feeder_empty, Phase::feeding, Phase::feeding)) {
        run.fail(FaultKind::feeder_empty, Refusal::feeder);
        run.enter(Phase::idle);
        return false;
    }
    // The card on top sticks to the one below, which goes first.
    if (machine.hopper.size() > 1 && run.strikes(FaultKind::wrong_card, Phase::feeding, Phase::feeding))
        std::swap(machine.hopper[0], machine.hopper[1]);
    machine.inside = machine.hopper.front();
    machine.hopper.pop_front();
    run.put(*machine.inside, Place::inside);
    ++machine.counters.fed;
    if (run.strikes(FaultKind::jam_hopper, Phase::feeding, Phase::feeding)) return run.jam(FaultKind::jam_hopper), false;
    return true;
}

/// position moves the card that is inside to its place.
bool position(Run& run) {
    auto& machine = run.machine();
    if (!run.enter(Phase::positioning)) return false;
    if (run.strikes(FaultKind::jam_turn_over, Phase::positioning, Phase::positioning))
        return run.jam(FaultKind::jam_turn_over), false;
    if (run.strikes(FaultKind::card_lost, Phase::positioning, Phase::positioning)) {
        run.put(*machine.inside, Place::lost);
        machine.inside.reset();
        run.fail(FaultKind::card_lost, Refusal::mechanical);
        run.end_job(JobState::failed);
        run.enter(Phase::card_lost);
        return false;
    }
    if (run.strikes(FaultKind::card_position, Phase::positioning, Phase::positioning)) {
        run.fail(FaultKind::card_position, Refusal::mechanical);
        run.enter(Phase::at_contact);
        return false;
    }
    return true;
}

bool rests(Phase phase) { return phase == Phase::idle || phase == Phase::done || phase == Phase::rejected; }

bool bring_inside(Run& run) {
    if (!ready(run)) return false;
    if (run.machine().inside) return true;
    return rests(run.machine().phase) ? feed(run) : (run.refuse(Refusal::not_allowed), false);
}

void job_at_station(Machine& machine) {
    if (machine.job == JobState::active || machine.job == JobState::created) machine.job = JobState::suspended;
    machine.waiting = {};
}

void on(Run& run, const ToStation&) {
    if (!bring_inside(run)) return;
    auto& machine = run.machine();
    machine.error.reset();
    const bool there = machine.phase == Phase::at_contact || machine.phase == Phase::engaged;
    if (!there && !position(run)) return;
    if (!run.enter(Phase::at_contact)) return;
    job_at_station(machine);
    if (run.strikes(FaultKind::contact_failure, Phase::at_contact, Phase::at_contact))
        return run.fail(FaultKind::contact_failure, Refusal::mechanical);
    if (!run.enter(Phase::engaged)) return;
    run.engaged();
}

void on(Run& run, const ToPrint&) {
    if (!bring_inside(run) || run.machine().phase == Phase::printing) return;
    run.machine().error.reset();
    if (position(run)) run.enter(Phase::printing);
}

void on(Run& run, const Disengage&) {
    if (!ready(run)) return;
    if (run.machine().phase != Phase::engaged) return run.refuse(Refusal::not_allowed);
    run.enter(Phase::at_contact);
}

void on(Run& run, const Print& print) {
    if (!ready(run)) return;
    auto& machine = run.machine();
    if (!machine.inside) return run.refuse(Refusal::no_card);
    if (machine.ribbon_left == 0 || run.strikes(FaultKind::ribbon_end, Phase::printing, Phase::printing))
        return run.fail(FaultKind::ribbon_end, Refusal::ribbon);
    if (run.strikes(FaultKind::ribbon_cut, Phase::printing, Phase::printing))
        return run.fail(FaultKind::ribbon_cut, Refusal::ribbon);
    if (run.strikes(FaultKind::head_temperature, Phase::printing, Phase::printing))
        return run.fail(FaultKind::head_temperature, Refusal::mechanical);
    if (machine.phase != Phase::printing && (!position(run) || !run.enter(Phase::printing))) return;
    --machine.ribbon_left;
    run.printed(print.face);
}

/// Way is how a card leaves: to the output tray or to the reject box.
struct Way {
    Phase moving;
    Phase gone;
    Place place;
    FaultKind full;
    JobState job;
};
constexpr Way kEject = {Phase::ejecting, Phase::done, Place::output, FaultKind::output_full, JobState::succeeded};
constexpr Way kReject = {Phase::rejecting, Phase::rejected, Place::reject, FaultKind::reject_full, JobState::failed};

void leave(Run& run, const Way& way) {
    auto& machine = run.machine();
    if (!machine.inside) return run.refuse(Refusal::no_card);
    const auto room = way.place == Place::output ? machine.capacity.output : machine.capacity.reject;
    if (held(machine, way.place) >= room || run.strikes(way.full, way.moving, way.moving))
        return run.fail(way.full, Refusal::tray_full);
    if (!run.enter(way.moving)) return;
    if (run.strikes(FaultKind::jam_discharge, way.moving, way.moving)) return run.jam(FaultKind::jam_discharge);
    run.put(*machine.inside, way.place);
    ++(way.place == Place::output ? machine.counters.ejected : machine.counters.rejected);
    machine.inside.reset();
    machine.error.reset();
    run.end_job(way.job);
    run.enter(way.gone);
}

void on(Run& run, const Eject&) {
    if (ready(run)) leave(run, kEject);
}

void on(Run& run, const Reject&) {
    if (ready(run)) leave(run, kReject);
}

void on(Run& run, const ClearStatus&) {
    auto& machine = run.machine();
    if (!machine.powered) return run.refuse(Refusal::offline);
    if (machine.cover_open) return run.refuse(Refusal::cover);
    const bool jammed = machine.phase == Phase::jammed;
    if (jammed && machine.inside) return run.refuse(Refusal::mechanical);
    machine.error.reset();
    if (jammed || machine.phase == Phase::card_lost) run.enter(Phase::idle);
}

void on(Run& run, const SoftReset&) {
    auto& machine = run.machine();
    if (machine.phase == Phase::encoding) return run.refuse(Refusal::not_allowed);
    on(run, ClearStatus{});
    if (run.refused()) return;
    run.end_job(JobState::cancelled);
    machine.job = JobState::none;
    if (machine.inside) leave(run, kReject);
    if (!run.refused()) run.enter(Phase::idle);
}

bool open(JobState job) {
    return job == JobState::created || job == JobState::active || job == JobState::suspended || job == JobState::resumed;
}

void on(Run& run, const BeginJob&) {
    auto& machine = run.machine();
    if (!machine.powered) return run.refuse(Refusal::offline);
    if (machine.job == JobState::suspended) {
        machine.job = JobState::resumed;
        return;
    }
    if (open(machine.job)) return run.refuse(Refusal::busy);
    machine.job = JobState::active;
}

void on(Run& run, const CancelJob&) {
    auto& machine = run.machine();
    if (!open(machine.job)) return run.refuse(Refusal::not_allowed);
    if (machine.phase == Phase::encoding) return run.refuse(Refusal::not_allowed);
    machine.job = JobState::cancelled;
    if (machine.inside && ready(run)) leave(run, kReject);
}

void on(Run& run, const EndJob&) {
    if (!open(run.machine().job)) return run.refuse(Refusal::not_allowed);
    run.end_job(run.machine().error ? JobState::failed : JobState::succeeded);
}

void on(Run& run, const CommandStarted&) {
    if (run.machine().phase == Phase::engaged) run.enter(Phase::encoding);
}

void on(Run& run, const CommandEnded&) {
    if (run.machine().phase == Phase::encoding) run.enter(Phase::engaged);
}

void on(Run& run, const Load& load) {
    auto& machine = run.machine();
    const bool known = std::any_of(machine.cards.begin(), machine.cards.end(), [&](const CardRecord& card) {
        return card.card == load.card && card.place != Place::taken;
    });
    if (known) return run.refuse(Refusal::not_allowed);
    if (machine.hopper.size() >= machine.capacity.hopper) return run.refuse(Refusal::tray_full);
    machine.hopper.push_back(load.card);
    machine.cards.push_back({load.card, Place::hopper, std::nullopt});
    if (machine.error == FaultKind::feeder_empty) machine.error.reset();
}

void on(Run& run, const OpenCover&) {
    // The contacts hang on the cover: with it open, nothing presses on the card.
    if (contacts(run.machine().phase)) run.enter(Phase::at_contact);
    run.machine().cover_open = true;
}

void on(Run& run, const CloseCover&) {
    auto& machine = run.machine();
    machine.cover_open = false;
    if (machine.error == FaultKind::cover_open) machine.error.reset();
    if (machine.phase != Phase::jammed || !machine.inside) return;
    run.put(*machine.inside, Place::taken);
    machine.inside.reset();
}

void on(Run& run, const EmptyTrays&) {
    auto& machine = run.machine();
    for (auto& card : machine.cards)
        if (card.place == Place::output || card.place == Place::reject) card.place = Place::taken;
    if (machine.error == FaultKind::output_full || machine.error == FaultKind::reject_full) machine.error.reset();
}

void on(Run& run, const NewRibbon&) {
    auto& machine = run.machine();
    machine.ribbon_left = machine.capacity.ribbon;
    if (machine.error == FaultKind::ribbon_end || machine.error == FaultKind::ribbon_cut) machine.error.reset();
}

void on(Run& run, const PowerOff&) {
    if (run.machine().powered) run.lose_power();
    run.machine();
}

void on(Run& run, const PowerOn&) {
    auto& machine = run.machine();
    if (machine.powered) return;
    machine.powered = true;
    machine.job = JobState::none;
    machine.error.reset();
    // A card that was on its way is found by the sensors, wherever the power left it, and waits there.
    run.enter(machine.inside ? Phase::at_contact : Phase::idle);
}

void on(Run& run, const Arm& arm) { run.machine().faults.push_back(arm.fault); }
void on(Run& run, const Disarm&) { run.machine().faults.clear(); }

void on(Run& run, const Passed& passed) {
    auto& machine = run.machine();
    if (machine.job != JobState::suspended || machine.phase == Phase::encoding) return;
    machine.waiting += passed.time;
    if (machine.waiting < machine.capacity.suspended) return;
    machine.job = JobState::cancelled;
    if (machine.inside && ready(run)) leave(run, kReject);
}

}  // namespace

Stepped step(Machine machine, const Input& input) {
    Run run(std::move(machine));
    std::visit([&](const auto& one) { on(run, one); }, input);
    return run.take();
}

}  // namespace rakit::printer
