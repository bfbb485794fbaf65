#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rakit::printer {

/// Phase is where the printer stands with the card that is inside.
enum class Phase {
    idle,
    feeding,
    positioning,
    at_contact,  ///< at the station, contacts not engaged
    engaged,     ///< PC/SC sees the card in this phase and in `encoding`, never else
    encoding,    ///< the card is handling a command right now
    printing,    ///< before the print head
    ejecting,
    done,
    rejecting,
    rejected,
    jammed,
    card_lost,
    offline,  ///< without power
    kCount,
};

/// JobState is how far the job at hand is. Only one that is suspended at the station can be resumed.
enum class JobState { none, created, active, suspended, resumed, succeeded, failed, cancelled, kCount };

/// FaultKind says what goes wrong (docs/formats/printer-control.md, faults).
enum class FaultKind {
    feeder_empty,
    feeder_near_empty,  ///< a warning: nothing stops
    jam_hopper,
    jam_turn_over,
    jam_discharge,
    ribbon_end,
    ribbon_cut,
    cover_open,
    output_full,
    reject_full,
    card_position,
    busy,
    head_temperature,
    contact_failure,
    card_lost,
    wrong_card,          ///< the card under the top one is fed
    power_loss,          ///< the card stays inside
    connection_dropped,  ///< the host's connection ends instead of the answer
    answer_late,
    kCount,
};

std::string_view name(Phase phase);
std::string_view name(JobState state);
std::string_view name(FaultKind kind);
std::optional<Phase> phase_named(std::string_view name);
std::optional<FaultKind> fault_named(std::string_view name);

/// can_strike tells whether a kind of fault has a meaning in a phase: a jam needs movement, a ribbon needs printing,
/// and an answer can be spoilt only where a command can find the machine.
bool can_strike(FaultKind kind, Phase phase);

/// Fault strikes `times` times from its `nth` chance on. A chance comes each time the machine enters `phase`, or the
/// first phase that the kind can strike in where none is named; for busy, connection-dropped and answer-late with each
/// command that finds the machine there, or anywhere if no phase is named.
struct Fault {
    FaultKind kind = FaultKind::feeder_empty;
    std::optional<Phase> phase;
    unsigned nth = 1;
    unsigned times = 1;
    bool operator==(const Fault&) const = default;
};

/// Picture is what one pass of the print head puts on a card, 1016 x 648 at 300 dpi: 8 bits of red, green, blue a dot.
struct Picture {
    static constexpr std::size_t kWidth = 1016;
    static constexpr std::size_t kHeight = 648;
    std::vector<std::uint8_t> rgb = std::vector<std::uint8_t>(kWidth * kHeight * 3, 0xFF);
};

/// Side is a card's front or back.
enum class Side { front, back };

/// Face is a picture and the side of the card that it goes on.
struct Face {
    Side side = Side::front;
    std::shared_ptr<const Picture> picture;
};

/// Place is where a card is; each card that was ever loaded is in exactly one. The slot is the one at the back, for a
/// single card.
enum class Place { hopper, slot, inside, output, reject, lost, taken, kCount };
std::string_view name(Place place);
std::optional<Place> place_named(std::string_view name);

struct CardRecord {
    std::string card;  ///< its name at the control socket
    Place place = Place::hopper;
    unsigned printed = 0;  ///< passes of the print head
};

struct Counters {
    std::uint64_t fed = 0;
    std::uint64_t engaged = 0;
    std::uint64_t printed = 0;
    std::uint64_t ejected = 0;
    std::uint64_t rejected = 0;
    std::uint64_t jams = 0;
};

/// Capacity is what trays and ribbon hold.
struct Capacity {
    std::size_t hopper = 100;
    std::size_t near_empty = 5;  ///< the feeder's warning comes below this
    std::size_t output = 100;
    std::size_t reject = 30;
    unsigned ribbon = 200;                                          ///< passes
    std::chrono::milliseconds suspended{std::chrono::minutes(10)};  ///< that a job waits at the station; then reject
};

/// Machine is a printer's whole state as a value.
struct Machine {
    Capacity capacity;
    Phase phase = Phase::idle;
    JobState job = JobState::none;
    std::uint64_t jobs = 0;     ///< begun so far: the number of the one at hand
    std::uint64_t outages = 0;  ///< losses of power so far: what was connected before one isn't after it
    bool powered = true;
    bool cover_open = false;
    bool feeder_warned = false;         ///< a near-empty fault struck
    std::deque<std::string> hopper;     ///< the next card in front
    std::optional<std::string> inside;  ///< the card between hopper and trays
    std::optional<FaultKind> error;     ///< what has to be mended or cleared before anything moves
    std::vector<CardRecord> cards;      ///< in the order of loading
    std::vector<Fault> faults;
    Counters counters;
    unsigned ribbon_left = Capacity{}.ribbon;
    std::chrono::milliseconds waiting{0};  ///< how long the job has been suspended
};

/// feeder_low tells whether the feeder's warning sensor is on.
bool feeder_low(const Machine& machine);

/// in_job tells whether a job is open; a fault then is the job's (ERR_), else the printer's before any (DEF_).
bool in_job(const Machine& machine);

// What the host may ask for.
struct ToStation {};  ///< feed if nothing is inside, then engage; at the station: engage anew
struct ToPrint {};    ///< feed if nothing is inside, stay before the print head
struct FromBack {};   ///< the same with the card in the slot at the back
struct Disengage {};
struct Unreachable {};  ///< the contacts closed on the card, but the reader behind them can't be reached
struct Print {
    Face face;
};
struct Eject {};
struct EjectBack {};  ///< out into the slot at the back, where the card can be taken in again
struct Reject {};
struct ClearStatus {};  ///< an error that the operator has mended is forgotten; a jam that is still there stays
struct SoftReset {};    ///< errors and the job are forgotten, a card inside goes to the reject box
struct BeginJob {};
struct ResumeJob {};  ///< only one that is suspended, and at the station
struct CancelJob {
    Place to = Place::reject;  ///< where the card goes that is inside: reject box, output tray, or it stays
};
struct EndJob {};
struct Answering {};  ///< an answer is about to be sent
// What happens at the contacts.
struct CommandStarted {};
struct CommandEnded {};
// What the operator does.
struct Load {
    std::string card;
    bool back = false;  ///< into the slot at the back, not under the others in the hopper
};
struct OpenCover {};
struct CloseCover {};  ///< whoever closes it has taken a jammed or lost card out: it is `taken`
struct EmptyTrays {};  ///< the cards of output, reject box and the slot at the back are `taken`
struct NewRibbon {};
struct PowerOff {};
struct PowerOn {};
struct Arm {
    Fault fault;
};
struct Disarm {};
struct Passed {
    std::chrono::milliseconds time;
};

using Input =
    std::variant<ToStation, ToPrint, FromBack, Disengage, Unreachable, Print, Eject, EjectBack, Reject, ClearStatus,
                 SoftReset, BeginJob, ResumeJob, CancelJob, EndJob, Answering, CommandStarted, CommandEnded, Load,
                 OpenCover, CloseCover, EmptyTrays, NewRibbon, PowerOff, PowerOn, Arm, Disarm, Passed>;

/// Refusal is why the machine didn't do it.
enum class Refusal { none, no_card, feeder, ribbon, cover, mechanical, busy, offline, tray_full, not_allowed, kCount };
std::string_view name(Refusal refusal);

// What the edge has to carry out, in this order.
struct Engaged {
    std::string card;  ///< its contacts are closed: serve it
};
struct Disengaged {
    std::string card;
};
struct Printed {
    std::string card;
    Face face;
};
struct Entered {
    Phase phase;  ///< for the log
};
struct DropConnection {};
struct AnswerLate {};
using Effect = std::variant<Engaged, Disengaged, Printed, Entered, DropConnection, AnswerLate>;

struct Stepped {
    Machine machine;
    Refusal refusal = Refusal::none;
    std::vector<Effect> effects;
};

/// step is the whole of the machine: what it is, and what is asked of it or happens to it, give what it is then, and
/// what the edge has to do. It never loses a card: each is in `Machine::cards` with its place, whatever comes.
Stepped step(Machine machine, const Input& input);

/// contacts tells whether PC/SC sees the card in this phase.
constexpr bool contacts(Phase phase) { return phase == Phase::engaged || phase == Phase::encoding; }

}  // namespace rakit::printer
