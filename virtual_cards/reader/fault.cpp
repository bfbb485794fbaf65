#include "virtual_cards/reader/fault.hpp"

#include <algorithm>

namespace rakit::reader {
namespace {

constexpr FaultInfo kFaults[] = {
    {Fault::attribute_atr_stale, "attribute-atr-stale", "The attribute ATR_STRING is of another card.", "3"},
    {Fault::attribute_too_long, "attribute-too-long", "Attributes are one octet longer than they are.", "3"},
    {Fault::attribute_unknown_taken, "attribute-unknown-taken", "Unknown attributes are answered with four zeroes.",
     "3"},
    {Fault::control_needs_card, "control-needs-card",
     "Without a card, control codes and attributes are answered as if there were no reader.", "36"},
    {Fault::no_warm_reset, "no-warm-reset", "A warm reset never reaches the card; the old ATR is given again.", "6"},
    {Fault::cold_for_warm, "cold-for-warm", "A warm reset takes the power away.", "6"},
    {Fault::warm_for_cold, "warm-for-cold", "The power is never taken away; power-up is a warm reset.", "5"},
    {Fault::resets_on_leave, "resets-on-leave", "The card is reset when its last user leaves it as it is.", "7"},
    {Fault::powers_off_when_idle, "powers-off-when-idle", "After two idle seconds the power goes, connected or not.",
     "8"},
    {Fault::atr_changes, "atr-changes", "Each activation gives another last historical octet.", "4"},
    {Fault::atr_check_wrong, "atr-check-wrong", "The ATR's check octet is wrong, or its last octet is.", "4"},
    {Fault::mute_taken, "mute-taken", "A card that gives no ATR gets a made-up one.", "28"},
    {Fault::hangs_on_mute, "hangs-on-mute", "Power-up of a card that gives no ATR takes half a minute.", "28"},
    {Fault::any_atr_taken, "any-atr-taken",
     "An ATR without sense, or with a wrong check octet, is replaced by a made-up one.", "29"},
    {Fault::case_1_refused, "case-1-refused", "Commands of four octets are refused.", "12"},
    {Fault::wrong_le, "wrong-le", "Le of a short command is one less.", "13 15"},
    {Fault::le_00_dropped, "le-00-dropped", "Le = 00 doesn't reach the card.", "16 13"},
    {Fault::command_cut_at_254, "command-cut-at-254", "Of command data only 254 octets reach the card, Lc with them.",
     "14 15"},
    {Fault::case_4_without_data, "case-4-without-data", "Command data doesn't reach the card where Le follows.", "15"},
    {Fault::chaining_broken, "chaining-broken", "The chaining bit of CLA is cleared.", "25"},
    {Fault::sends_twice, "sends-twice", "Each command is sent twice.", "25 18"},
    {Fault::short_command_taken, "short-command-taken", "Less than four octets are answered 9000.", "32"},
    {Fault::extended_refused_with_success, "extended-refused-with-success",
     "Extended commands don't reach the card and are answered 9000.", "20 21 22"},
    {Fault::extended_command_cut, "extended-command-cut", "Of extended command data 2,048 octets reach the card.",
     "21 22"},
    {Fault::stuck_after_refusal, "stuck-after-refusal",
     "After an extended command was refused, nothing works until the next reset.", "23", "short-only"},
    {Fault::cut_at_256, "cut-at-256", "Of response data 256 octets come back.", "20 22 55"},
    {Fault::cut_at_128, "cut-at-128", "Of response data 128 octets come back.", "13 54 55"},
    {Fault::loses_last_octet, "loses-last-octet", "The last octet of response data is missing.", "13 54 56"},
    {Fault::doubles_octet, "doubles-octet", "The first octet of response data comes twice.", "13 15"},
    {Fault::flips_bit, "flips-bit", "In more than 1,000 octets of response data one bit is wrong.", "20 22"},
    {Fault::answers_previous, "answers-previous", "Each command gets the answer to the one before.", "14 13"},
    {Fault::eats_61, "eats-61", "61xx becomes 9000; what waits stays there.", "18"},
    {Fault::eats_6c, "eats-6c", "6Cxx becomes 6700.", "17"},
    {Fault::repeats_first_part, "repeats-first-part", "GET RESPONSE gives the first part of a chain again and again.",
     "18"},
    {Fault::status_always_9000, "status-always-9000", "Every status word becomes 9000.", "18"},
    {Fault::overlong_length, "overlong-length", "A response of 16 octets and more is said to be 16 longer.", "31 13"},
    {Fault::truncated_passes, "truncated-passes", "A response that breaks off is passed on as if it were whole.", "30"},
    {Fault::slow_3_s, "slow-3-s", "Commands without data take three seconds longer.", "27 12"},
    {Fault::gives_up_waiting, "gives-up-waiting", "A command over 900 ms is given up, whatever the card asks for.",
     "27"},
    {Fault::hiccups, "hiccups", "Every 40th command takes 50 ms longer.", "52 54"},
    {Fault::stalls, "stalls", "Every 150th command takes 1.5 seconds longer.", "53 52"},
    {Fault::fails_now_and_then, "fails-now-and-then", "Every 500th command fails.", "52 54"},
    {Fault::no_insert_event, "no-insert-event", "An inserted card isn't noticed.", "43"},
    {Fault::no_remove_event, "no-remove-event", "A removed card isn't noticed.", "44"},
    {Fault::forgets_removal, "forgets-removal",
     "A card that is back within half a second was never away: it is powered and selected anew without a word.", "45"},
    {Fault::flickers, "flickers", "Every few hundred milliseconds the card is said to be absent.", "42 8"},
    {Fault::answers_without_card, "answers-without-card", "Commands to a card that has gone are answered 9000.", "49"},
    {Fault::hangs_on_unplug, "hangs-on-unplug", "A command under way when the reader is unplugged never ends.", "50"},
    {Fault::unplug_is_removal, "unplug-is-removal", "An unplugged reader stays, and says that it is empty.", "50"},
    {Fault::feature_list_garbled, "feature-list-garbled", "The list of features has entries of five octets.", "57"},
    {Fault::properties_lie, "properties-lie", "dwMaxAPDUDataSize says the contrary of what the reader does.", "58"},
    {Fault::pin_unformatted, "pin-unformatted", "The PIN goes out as digits, whatever format is asked for.", "59"},
    {Fault::cancel_is_empty_pin, "cancel-is-empty-pin", "Cancel sends what was typed so far.", "59"},
    {Fault::timeout_is_cancel, "timeout-is-cancel", "A time-out is told as cancelled.", "59"},
    {Fault::wrong_pin_is_right, "wrong-pin-is-right", "63Cx becomes 9000 at the pad.", "59"},
    {Fault::tries_hidden, "tries-hidden", "63Cx becomes 6300 at the pad.", "59"},
    {Fault::mismatch_taken, "mismatch-taken", "The confirmation of a new PIN isn't compared.", "60"},
    {Fault::any_pin_length_taken, "any-pin-length-taken", "The limits of a PIN's length are ignored.", "60"},
    {Fault::pin_filter_leaks, "pin-filter-leaks", "A pad that claims to filter PINs doesn't.", "61", "pin-filter"},
};
static_assert(std::size(kFaults) == static_cast<std::size_t>(Fault::kCount));

}  // namespace

std::span<const FaultInfo> faults() { return kFaults; }

std::optional<Fault> fault_from_name(std::string_view name) {
    const auto* found = std::ranges::find(kFaults, name, &FaultInfo::name);
    if (found == std::end(kFaults)) return std::nullopt;
    return found->fault;
}

}  // namespace rakit::reader
