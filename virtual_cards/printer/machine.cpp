#include "virtual_cards/printer/machine.hpp"

#include "virtual_cards/printer/run.hpp"

namespace rakit::printer {
namespace {

// What each phase lets the host ask for; what it doesn't is refused and changes nothing. What the operator does and
// what happens at the contacts is taken in every phase.
//
//   phase        to-station   to-print *   disengage    print        eject **, reject
//   idle         feeds        feeds        not-allowed  no-card      no-card
//   at-contact   engages      moves        not-allowed  moves        yes
//   engaged      again        moves        yes          moves        yes
//   encoding     not-allowed  not-allowed  not-allowed  not-allowed  not-allowed
//   printing     moves        stays        not-allowed  yes          yes
//   done         feeds        feeds        not-allowed  no-card      no-card
//   rejected     feeds        feeds        not-allowed  no-card      no-card
//   jammed       mechanical, until the cover was opened and closed and the status cleared
//   card-lost    mechanical, until the status is cleared
//   offline      offline
//
// * also from the back, ** also into the slot there.
// feeding, positioning, ejecting and rejecting are passed within one step; none is ever left standing there.

void at_station(Run& run) {
    auto& machine = run.machine();
    if (in_job(machine)) machine.job = JobState::suspended;
    machine.waiting = {};
}

bool at_rest(Phase phase) { return phase == Phase::idle || phase == Phase::jammed || phase == Phase::card_lost; }

void moves_on(Machine& machine) {
    if (machine.job == JobState::suspended) machine.job = JobState::resumed;
    machine.waiting = {};
}

void on(Run& run, const ToStation&) {
    if (!bring_inside(run)) return;
    const bool there = run.machine().phase == Phase::at_contact || run.machine().phase == Phase::engaged;
    if (!there && !position(run)) return;
    if (!run.enter(Phase::at_contact)) return;
    at_station(run);
    run.rest(Phase::engaged);
    run.engaged();
    // A fault of this phase finds the contacts closed: PC/SC may see the card come and go.
    run.spared();
}

void to_print(Run& run, Place from) {
    if (!bring_inside(run, from) || run.machine().phase == Phase::printing) return;
    moves_on(run.machine());
    if (position(run)) run.enter(Phase::printing);
}

void on(Run& run, const ToPrint&) { to_print(run, Place::hopper); }

void on(Run& run, const FromBack&) { to_print(run, Place::slot); }

void on(Run& run, const Disengage&) {
    if (!ready(run)) return;
    if (run.machine().phase != Phase::engaged) return void(run.refuse(Refusal::not_allowed));
    run.rest(Phase::at_contact);
}

void on(Run& run, const Unreachable&) {
    if (contacts(run.machine().phase)) run.stop(FaultKind::contact_failure);
}

void on(Run& run, const Print& print) {
    if (!ready(run)) return;
    auto& machine = run.machine();
    if (!machine.inside) return void(run.refuse(Refusal::no_card));
    moves_on(machine);
    if (machine.phase != Phase::printing && !position(run)) return;
    if (machine.ribbon_left == 0) return void(run.stop(FaultKind::ribbon_end));
    if (run.enter(Phase::printing)) run.printed(print.face);
}

void on(Run& run, const Eject&) {
    if (ready(run)) leave(run, kEject);
}

void on(Run& run, const EjectBack&) {
    if (ready(run)) leave(run, kEjectBack);
}

void on(Run& run, const Reject&) {
    if (ready(run)) leave(run, kReject);
}

void on(Run& run, const ClearStatus&) {
    auto& machine = run.machine();
    if (!machine.powered) return void(run.refuse(Refusal::offline));
    if (machine.cover_open) return void(run.refuse(Refusal::cover));
    const bool jammed = machine.phase == Phase::jammed;
    if (jammed && machine.inside) return void(run.refuse(Refusal::mechanical));
    machine.error.reset();
    if (jammed || machine.phase == Phase::card_lost) run.rest(Phase::idle);
}

void on(Run& run, const SoftReset&) {
    auto& machine = run.machine();
    if (machine.phase == Phase::encoding) return void(run.refuse(Refusal::not_allowed));
    on(run, ClearStatus{});
    if (run.refused()) return;
    run.end_job(JobState::cancelled);
    if (machine.inside && !leave(run, kReject)) return;
    machine.job = JobState::none;
    run.rest(Phase::idle);
}

void on(Run& run, const BeginJob&) {
    auto& machine = run.machine();
    if (!machine.powered) return void(run.refuse(Refusal::offline));
    if (in_job(machine) || run.strikes(FaultKind::busy, machine.phase)) return void(run.refuse(Refusal::busy));
    machine.job = JobState::created;
    ++machine.jobs;
    machine.waiting = {};
}

void on(Run& run, const ResumeJob&) {
    auto& machine = run.machine();
    const bool there = machine.phase == Phase::at_contact || machine.phase == Phase::engaged;
    if (machine.job != JobState::suspended || !there) return void(run.refuse(Refusal::not_allowed));
    moves_on(machine);
}

void on(Run& run, const CancelJob& cancel) {
    auto& machine = run.machine();
    if (!in_job(machine) || machine.phase == Phase::encoding) return void(run.refuse(Refusal::not_allowed));
    if (!machine.inside) return run.end_job(JobState::cancelled);
    if (!ready(run)) return;
    run.end_job(JobState::cancelled);
    if (cancel.to == Place::inside) return;
    leave(run, cancel.to == Place::output ? kEject : kReject);
}

void on(Run& run, const EndJob&) {
    if (!in_job(run.machine())) return void(run.refuse(Refusal::not_allowed));
    run.end_job(run.machine().error ? JobState::failed : JobState::succeeded);
}

void on(Run& run, const Answering&) {
    const auto phase = run.machine().phase;
    // Nothing moves into these: what is armed for them strikes while somebody is being answered.
    if (at_rest(phase) && !run.spared() && !run.machine().powered) return run.answer(DropConnection{});
    if (run.strikes(FaultKind::connection_dropped, phase)) return run.answer(DropConnection{});
    if (run.strikes(FaultKind::answer_late, phase)) run.answer(AnswerLate{});
}

void on(Run& run, const CommandStarted&) {
    if (run.machine().phase != Phase::engaged) return;
    run.machine().waiting = {};
    run.enter(Phase::encoding);
}

void on(Run& run, const CommandEnded&) {
    if (run.machine().phase == Phase::encoding) run.rest(Phase::engaged);
}

void on(Run& run, const Arm& arm) {
    const auto& fault = arm.fault;
    const bool nowhere = fault.phase && !can_strike(fault.kind, *fault.phase);
    if (nowhere || fault.nth == 0 || fault.times == 0) return void(run.refuse(Refusal::not_allowed));
    if (fault.kind == FaultKind::power_loss && !fault.phase) return void(run.refuse(Refusal::not_allowed));
    run.machine().faults.push_back(fault);
}

void on(Run& run, const Disarm&) { run.machine().faults.clear(); }

void on(Run& run, const Passed& passed) {
    auto& machine = run.machine();
    if (machine.job != JobState::suspended || machine.phase == Phase::encoding) return;
    machine.waiting += passed.time;
    if (machine.waiting < machine.capacity.suspended || !machine.inside || !ready(run)) return;
    run.end_job(JobState::cancelled);
    leave(run, kReject);
}

template <class Operators>
void on(Run& run, const Operators& what) {
    operator_did(run, what);
}

}  // namespace

bool feeder_low(const Machine& machine) {
    return machine.feeder_warned || machine.hopper.size() < machine.capacity.near_empty;
}

bool in_job(const Machine& machine) {
    return machine.job == JobState::created || machine.job == JobState::active || machine.job == JobState::suspended ||
           machine.job == JobState::resumed;
}

Stepped step(Machine machine, const Input& input) {
    Run run(std::move(machine));
    std::visit([&](const auto& one) { on(run, one); }, input);
    return run.take();
}

}  // namespace rakit::printer
