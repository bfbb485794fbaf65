#pragma once

#include "virtual_cards/printer/machine.hpp"

namespace rakit::printer {

/// Run carries one step of the machine through: the machine as it changes, and what the edge has to do.
class Run {
public:
    explicit Run(Machine machine) : x_now{std::move(machine), Refusal::none, {}} {}
    Stepped take() { return std::move(x_now); }
    Machine& machine() { return x_now.machine; }

    bool refuse(Refusal why) {
        x_now.refusal = why;
        return false;
    }
    bool refused() const { return x_now.refusal != Refusal::none; }

    /// enter goes to a phase, in which what was armed for it strikes. The contacts open when the phase has none. False
    /// if a fault stopped the movement; the machine then stands where the fault left it.
    bool enter(Phase phase);
    /// spared has what was armed for the phase strike; false as with enter().
    bool spared();
    /// rest goes to a phase in which nothing strikes: where a fault or the operator left the machine.
    void rest(Phase phase);
    /// strikes tells whether a fault of this kind falls on this moment, and counts it.
    bool strikes(FaultKind kind, Phase at);
    /// stop is an error that stops the movement; what moved stays where it is. Gives false.
    bool stop(FaultKind kind);
    void lose_power();
    void end_job(JobState how);
    void put(const std::string& card, Place place);
    /// top_card takes the next card off the hopper; nothing if there is none, or none comes.
    std::optional<std::string> top_card();
    std::optional<std::string> card_in_slot();
    void took_in(const std::string& card);
    void engaged();
    void printed(const Face& face);
    // A template, because g++ 12 takes a variant's unused members for used ones when it is moved.
    template <class One>
    void answer(One effect) {
        x_now.effects.emplace_back(std::move(effect));
    }

private:
    bool jam(FaultKind kind);
    bool lose_card();
    CardRecord& record(const std::string& card);

    Stepped x_now;
};

/// refusal_of says how an error that is still there refuses the next command.
Refusal refusal_of(FaultKind error);

/// ready is what every movement needs; false with the refusal.
bool ready(Run& run);
/// bring_inside feeds a card if none is inside, from the hopper or from the slot at the back.
bool bring_inside(Run& run, Place from = Place::hopper);
/// position moves the card that is inside to its place.
bool position(Run& run);

/// Way is how a card leaves: to the output tray or to the reject box.
struct Way {
    Phase moving;
    Phase gone;
    Place place;
    FaultKind full;
    JobState job;
};
inline constexpr Way kEject = {Phase::ejecting, Phase::done, Place::output, FaultKind::output_full,
                               JobState::succeeded};
inline constexpr Way kEjectBack = {Phase::ejecting, Phase::done, Place::slot, FaultKind::output_full,
                                   JobState::succeeded};
inline constexpr Way kReject = {Phase::rejecting, Phase::rejected, Place::reject, FaultKind::reject_full,
                                JobState::failed};
/// leave moves the card out.
bool leave(Run& run, const Way& way);

/// operator_did handles what the operator does.
void operator_did(Run& run, const Load& load);
void operator_did(Run& run, const OpenCover&);
void operator_did(Run& run, const CloseCover&);
void operator_did(Run& run, const EmptyTrays&);
void operator_did(Run& run, const NewRibbon&);
void operator_did(Run& run, const PowerOff&);
void operator_did(Run& run, const PowerOn&);

}  // namespace rakit::printer
