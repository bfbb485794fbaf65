#include <algorithm>
#include <array>

#include "virtual_cards/printer/machine.hpp"

namespace rakit::printer {
namespace {

template <class Enum>
using Names = std::array<std::string_view, static_cast<std::size_t>(Enum::kCount)>;

constexpr Names<Phase> kPhases = {"idle",     "feeding",  "positioning", "at-contact", "engaged",
                                  "encoding", "printing", "ejecting",    "done",       "rejecting",
                                  "rejected", "jammed",   "card-lost",   "offline"};
constexpr Names<JobState> kJobStates = {"none",    "created",   "active", "suspended",
                                        "resumed", "succeeded", "failed", "cancelled"};
constexpr Names<FaultKind> kFaultKinds = {"feeder-empty",     "feeder-near-empty",  "jam-hopper",    "jam-turn-over",
                                          "jam-discharge",    "ribbon-end",         "ribbon-cut",    "cover-open",
                                          "output-full",      "reject-full",        "card-position", "busy",
                                          "head-temperature", "contact-failure",    "card-lost",     "wrong-card",
                                          "power-loss",       "connection-dropped", "answer-late"};
constexpr Names<Place> kPlaces = {"hopper", "slot", "inside", "output", "reject", "lost", "taken"};
constexpr Names<Refusal> kRefusals = {"none",       "no-card", "feeder",  "ribbon",    "cover",
                                      "mechanical", "busy",    "offline", "tray-full", "not-allowed"};

template <class Enum>
std::string_view word(const Names<Enum>& names, Enum value) {
    return names.at(static_cast<std::size_t>(value));
}

template <class Enum>
std::optional<Enum> named(const Names<Enum>& names, std::string_view word) {
    for (std::size_t at = 0; at < names.size(); ++at)
        if (names[at] == word) return static_cast<Enum>(at);
    return std::nullopt;
}

using enum Phase;

/// kMoving are the phases in which a card is on its way or held; the cover can spoil each.
constexpr std::array kMoving{feeding, positioning, at_contact, engaged, printing, ejecting, rejecting};

/// kAsked are the phases in which a command finds the printer and could move it. While a card is at work nothing else
/// is said, and without power nothing at all.
constexpr std::array kAsked{idle, at_contact, engaged, printing, done, rejected};

bool among(const auto& phases, Phase phase) { return std::find(phases.begin(), phases.end(), phase) != phases.end(); }

}  // namespace

bool can_strike(FaultKind kind, Phase phase) {
    switch (kind) {
        case FaultKind::feeder_empty:
        case FaultKind::feeder_near_empty:
        case FaultKind::jam_hopper:
        case FaultKind::wrong_card: return phase == feeding;
        case FaultKind::jam_turn_over: return phase == positioning || phase == printing;
        case FaultKind::jam_discharge: return phase == ejecting || phase == rejecting;
        case FaultKind::ribbon_end:
        case FaultKind::ribbon_cut:
        case FaultKind::head_temperature: return phase == printing;
        case FaultKind::cover_open: return among(kMoving, phase) || phase == encoding || phase == idle;
        case FaultKind::output_full: return phase == ejecting;
        case FaultKind::reject_full: return phase == rejecting;
        case FaultKind::card_position: return phase == positioning;
        case FaultKind::card_lost: return phase == positioning || phase == ejecting || phase == rejecting;
        case FaultKind::contact_failure: return phase == at_contact || contacts(phase);
        case FaultKind::power_loss: return phase != offline;
        case FaultKind::busy: return among(kAsked, phase);
        case FaultKind::connection_dropped:
        case FaultKind::answer_late: return among(kAsked, phase) || phase == jammed || phase == Phase::card_lost;
        case FaultKind::kCount: break;
    }
    return false;
}

std::string_view name(Phase phase) { return word(kPhases, phase); }
std::string_view name(JobState state) { return word(kJobStates, state); }
std::string_view name(FaultKind kind) { return word(kFaultKinds, kind); }
std::string_view name(Place place) { return word(kPlaces, place); }
std::string_view name(Refusal refusal) { return word(kRefusals, refusal); }
std::optional<Phase> phase_named(std::string_view name) { return named<Phase>(kPhases, name); }
std::optional<Place> place_named(std::string_view name) { return named<Place>(kPlaces, name); }
std::optional<FaultKind> fault_named(std::string_view name) { return named<FaultKind>(kFaultKinds, name); }

}  // namespace rakit::printer
