#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
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
    printing,
    ejecting,
    done,
    rejecting,
    rejected,
    jammed,
    card_lost,
    offline,
    kCount,
};

/// JobState is how far the job at hand is. Only one that is suspended at the station can be resumed.
enum class JobState { none, created, active, suspended, resumed, succeeded, failed, cancelled, kCount };

/// FaultKind says what goes wrong with the machine (docs/formats/printer-control.md).
enum class FaultKind {
    feeder_empty,
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
    contact_failure,  ///< the chip isn't reached; `times` tries long
    card_lost,
    wrong_card,   ///< the next but one card is fed instead
    power_loss,   ///< at `phase`; the card stays inside
    kCount,
};

std::string_view name(Phase phase);
std::string_view name(JobState state);
std::string_view name(FaultKind kind);
std::optional<Phase> phase_named(std::string_view name);
std::optional<FaultKind> fault_named(std::string_view name);

/// Fault is armed by who tests; it strikes `times` times from its `nth` chance on. Its chance comes when the machine
/// enters `phase`; without one, at the phase that the kind belongs to.
struct Fault {
    FaultKind kind = FaultKind::feeder_empty;
    std::optional<Phase> phase;
    unsigned nth = 1;
    unsigned times = 1;
    bool operator==(const Fault&) const = default;
};

/// Face is what is printed on a card's front; the emulation makes a picture of it.
struct Face {
    std::vector<std::pair<std::string, std::string>> texts;  ///< label, value: name, validity
    std::vector<std::uint8_t> bitmap;                        ///< PNG or BMP octets as the job sent them
    bool operator==(const Face&) const = default;
};

/// Place is where a card is; each card that was ever loaded is in exactly one.
enum class Place { hopper, inside, output, reject, lost, taken, kCount };
std::string_view name(Place place);

struct CardRecord {
    std::string card;  ///< its name at the control socket
    Place place = Place::hopper;
    std::optional<Face> printed;
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
    std::size_t near_empty = 5;
    std::size_t output = 100;
    std::size_t reject = 30;
    unsigned ribbon = 200;                                   ///< prints
    std::chrono::milliseconds suspended{std::chrono::minutes(10)};  ///< then the card is rejected
};

/// Machine is a printer's whole state as a value.
struct Machine {
    Capacity capacity;
    Phase phase = Phase::idle;
    JobState job = JobState::none;
    bool powered = true;
    bool cover_open = false;
    bool ribbon_cut = false;
    bool hot = false;                        ///< the print head is too warm
    std::deque<std::string> hopper;          ///< the next card in front
    std::optional<std::string> inside;       ///< the card between hopper and trays
    std::optional<FaultKind> error;          ///< what has to be cleared before anything moves
    std::vector<CardRecord> cards;           ///< in the order of loading
    std::vector<Fault> faults;
    Counters counters;
    unsigned ribbon_left = 200;
    std::chrono::milliseconds waiting{0};    ///< how long the job has been suspended
};

// What the host may ask for.
struct ToStation {};     ///< feed if nothing is inside, then engage; again at the station: engage anew
struct ToPrint {};       ///< feed if nothing is inside, stay before the print head
struct Disengage {};
struct Print { Face face; };
struct Eject {};
struct Reject {};
struct ClearStatus {};   ///< an error that the operator has mended is forgotten; a jam that is still there stays
struct SoftReset {};     ///< errors and the job are forgotten, a card inside goes to the reject box
struct BeginJob {};
struct CancelJob {};     ///< at the station: the card goes to the reject box
struct EndJob {};
// What happens at the contacts.
struct CommandStarted {};
struct CommandEnded {};
// What the operator does.
struct Load { std::string card; };
struct OpenCover {};
struct CloseCover {};    ///< whoever closes it has taken a jammed card out: it is `taken`
struct EmptyTrays {};    ///< the cards of output and reject box are `taken`
struct NewRibbon {};
struct PowerOff {};
struct PowerOn {};
struct Arm { Fault fault; };
struct Disarm {};
struct Passed { std::chrono::milliseconds time; };

using Input = std::variant<ToStation, ToPrint, Disengage, Print, Eject, Reject, ClearStatus, SoftReset, BeginJob,
                           CancelJob, EndJob, CommandStarted, CommandEnded, Load, OpenCover, CloseCover, EmptyTrays,
                           NewRibbon, PowerOff, PowerOn, Arm, Disarm, Passed>;

/// Refusal is why the machine didn't do it.
enum class Refusal { none, no_card, feeder, ribbon, cover, mechanical, busy, offline, tray_full, not_allowed, kCount };
std::string_view name(Refusal refusal);

// What the edge has to carry out, in this order.
struct Engaged { std::string card; };      ///< the card's contacts are closed: serve it
struct Disengaged { std::string card; };   ///< and opened
struct Printed { std::string card; Face face; };
struct Entered { Phase phase; };           ///< for the log
using Effect = std::variant<Engaged, Disengaged, Printed, Entered>;

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
