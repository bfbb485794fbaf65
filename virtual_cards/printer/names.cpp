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
constexpr Names<FaultKind> kFaultKinds = {
    "feeder-empty", "jam-hopper",  "jam-turn-over", "jam-discharge",    "ribbon-end",      "ribbon-cut", "cover-open", "output-full",
    "reject-full",  "card-position", "busy",        "head-temperature", "contact-failure", "card-lost",  "wrong-card", "power-loss"};
constexpr Names<Place> kPlaces = {"hopper", "inside", "output", "reject", "lost", "taken"};
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

}  // namespace

std::string_view name(Phase phase) { return word(kPhases, phase); }
std::string_view name(JobState state) { return word(kJobStates, state); }
std::string_view name(FaultKind kind) { return word(kFaultKinds, kind); }
std::string_view name(Place place) { return word(kPlaces, place); }
std::string_view name(Refusal refusal) { return word(kRefusals, refusal); }
std::optional<Phase> phase_named(std::string_view name) { return named(kPhases, name); }
std::optional<FaultKind> fault_named(std::string_view name) { return named(kFaultKinds, name); }

}  // namespace rakit::printer
