#include "virtual_cards/printer/states.hpp"

#include <array>

namespace rakit::printer {
namespace {

struct Names {
    FaultKind kind;
    const char* before;
    const char* during;
};
constexpr std::array kNames{
    Names{FaultKind::feeder_empty, "DEF_FEEDER_EMPTY", "ERR_FEEDER_ERROR"},
    Names{FaultKind::jam_hopper, "DEF_MECHANICAL", "ERR_MECHANICAL"},
    Names{FaultKind::jam_turn_over, "DEF_MECHANICAL", "ERR_MECHANICAL"},
    Names{FaultKind::jam_discharge, "DEF_MECHANICAL", "ERR_MECHANICAL"},
    Names{FaultKind::ribbon_end, "DEF_RIBBON_ENDED", "ERR_RIBBON_ENDED"},
    Names{FaultKind::ribbon_cut, "DEF_RIBBON_ERROR", "ERR_RIBBON_ERROR"},
    Names{FaultKind::cover_open, "DEF_COVER_OPEN", "ERR_COVER_OPEN"},
    Names{FaultKind::output_full, "DEF_HOPPER_FULL", "ERR_HOPPER_FULL"},
    Names{FaultKind::reject_full, "DEF_REJECT_BOX_FULL", "ERR_REJECT_BOX_FULL"},
    Names{FaultKind::card_position, "DEF_CARD_POSITION", "ERR_CARD_POSITION"},
    Names{FaultKind::head_temperature, "DEF_COOLING", "ERR_HEAD_TEMP"},
    Names{FaultKind::contact_failure, "DEF_CONTACT", "ERR_CONTACT"},
    Names{FaultKind::card_lost, "DEF_CARD_LOST", "ERR_CARD_LOST"},
};

}  // namespace

SupervisedState supervised_state(const Machine& machine) {
    if (!machine.powered) return {"OFF", "PRINTER_OFFLINE"};
    // A job that a fault ended was a job: what a card inside or a failed job is in the way of is no mere warning.
    const bool during = in_job(machine) || machine.inside || machine.job == JobState::failed;
    const auto error = machine.cover_open ? std::optional(FaultKind::cover_open) : machine.error;
    for (const auto& row : kNames)
        if (error == row.kind) return {during ? "ERROR" : "WARNING", during ? row.during : row.before};
    if (machine.phase == Phase::encoding) return {"READY", "INF_ENCODING_RUNNING"};
    if (machine.phase == Phase::printing) return {"READY", "INF_PRINTING_RUNNING"};
    if (machine.ribbon_left == 0) return {"WARNING", "DEF_RIBBON_ENDED"};
    if (in_job(machine)) return {"WARNING", "BUSY"};
    if (feeder_low(machine)) return {"WARNING", "INF_FEEDER_NEAR_EMPTY"};
    return {"READY", "PRINTER_READY"};
}

std::string actions_of(const SupervisedState& state) {
    if (state.major == "ERROR") return state.minor == "ERR_MECHANICAL" ? "OK,CANCEL" : "RETRY,CANCEL";
    if (state.major == "WARNING") return state.minor == "BUSY" ? "CANCEL" : "OK,CANCEL";
    return {};
}

}  // namespace rakit::printer
