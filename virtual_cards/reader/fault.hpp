#pragma once

#include <bitset>
#include <optional>
#include <span>
#include <string_view>

namespace rakit::reader {

/// Fault names one way for a reader or its driver to be wrong (docs/formats/reader-faults.md). What the resource
/// manager enforces by itself no driver can break: those are in virtual_cards/service.
enum class Fault {
    // attributes and control
    attribute_atr_stale,
    attribute_too_long,
    attribute_unknown_taken,
    control_needs_card,
    // power
    no_warm_reset,
    cold_for_warm,
    warm_for_cold,
    resets_on_leave,
    powers_off_when_idle,
    atr_changes,
    atr_check_wrong,
    mute_taken,
    hangs_on_mute,
    any_atr_taken,
    // commands on their way to the card
    case_1_refused,
    wrong_le,
    le_00_dropped,
    command_cut_at_254,
    case_4_without_data,
    chaining_broken,
    sends_twice,
    short_command_taken,
    extended_refused_with_success,
    extended_command_cut,
    stuck_after_refusal,
    // answers on their way back
    cut_at_256,
    cut_at_128,
    loses_last_octet,
    doubles_octet,
    flips_bit,
    answers_previous,
    eats_61,
    eats_6c,
    repeats_first_part,
    status_always_9000,
    overlong_length,
    truncated_passes,
    // time
    slow_3_s,
    gives_up_waiting,
    hiccups,
    stalls,
    fails_now_and_then,
    // presence
    no_insert_event,
    no_remove_event,
    forgets_removal,
    flickers,
    answers_without_card,
    hangs_on_unplug,
    unplug_is_removal,
    // PIN pad
    feature_list_garbled,
    properties_lie,
    pin_unformatted,
    cancel_is_empty_pin,
    timeout_is_cancel,
    wrong_pin_is_right,
    tries_hidden,
    mismatch_taken,
    any_pin_length_taken,
    pin_filter_leaks,
    kCount,
};

/// FaultInfo is a row of the table of faults.
struct FaultInfo {
    Fault fault;
    std::string_view name;
    std::string_view what;
    std::string_view cases;  ///< numbers of the certification cases that are meant to notice, the first of them surely
    std::string_view trait = {};  ///< what the reader must be besides, for the fault to show
};

/// faults is the whole table, in the order of Fault.
std::span<const FaultInfo> faults();

/// fault_from_name finds a fault by its name.
std::optional<Fault> fault_from_name(std::string_view name);

/// Faults are those that are switched on.
class Faults {
public:
    bool has(Fault fault) const { return x_on[static_cast<std::size_t>(fault)]; }
    void set(Fault fault, bool on) { x_on[static_cast<std::size_t>(fault)] = on; }
    void clear() { x_on.reset(); }

private:
    std::bitset<static_cast<std::size_t>(Fault::kCount)> x_on;
};

}  // namespace rakit::reader
