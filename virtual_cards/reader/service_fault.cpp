#include "virtual_cards/reader/service_fault.hpp"

#include <algorithm>

namespace rakit::reader {
namespace {

using F = ServiceFault;

constexpr ServiceFaultInfo kFaults[] = {
    {F::short_list_taken, "short-list-taken", "SCardListReaders cuts the list to a buffer that is too short.", "1"},
    {F::no_readers_is_success, "no-readers-is-success", "Without readers, SCardListReaders gives an empty list.", "2"},
    {F::attribute_overflow, "attribute-overflow", "SCardGetAttrib is content with a buffer that is too short.", "3"},
    {F::unpower_is_leave, "unpower-is-leave", "SCardDisconnect leaves the card where it should take its power.", "5"},
    {F::leave_is_reset, "leave-is-reset", "SCardDisconnect resets a card that was to be left.", "7"},
    {F::short_answer_taken, "short-answer-taken", "SCardTransmit cuts the answer to a buffer that is too short.", "31"},
    {F::shared_is_exclusive, "shared-is-exclusive", "Shared connections are made exclusive.", "33 37"},
    {F::exclusive_is_shared, "exclusive-is-shared", "Exclusive connections are made shared.", "34"},
    {F::reconnect_stays_shared, "reconnect-stays-shared", "SCardReconnect to exclusive stays shared.", "35"},
    {F::direct_needs_card, "direct-needs-card", "A direct connection is a shared one.", "36"},
    {F::transaction_not_exclusive, "transaction-not-exclusive", "SCardBeginTransaction begins nothing.", "37"},
    {F::end_without_begin_taken, "end-without-begin-taken", "SCardEndTransaction succeeds without a transaction.",
     "38"},
    {F::foreign_end_taken, "foreign-end-taken", "SCardEndTransaction succeeds in another one's transaction.", "39"},
    {F::reset_notice_lost, "reset-notice-lost", "Who was not told of a reset goes on as if there were none.", "40"},
    {F::lock_outlives_holder, "lock-outlives-holder", "A transaction lasts three seconds longer than its process.",
     "41"},
    {F::late_time_out, "late-time-out", "SCardGetStatusChange returns 1.5 seconds too late.", "42"},
    {F::change_bit_missing, "change-bit-missing", "SCardGetStatusChange doesn't set SCARD_STATE_CHANGED.", "43 44"},
    {F::event_counter_stuck, "event-counter-stuck", "The event counter stays zero.", "43"},
    {F::pnp_event_lost, "pnp-event-lost", "The PnP pseudo-reader tells nothing.", "46"},
    {F::unknown_reader_hidden, "unknown-reader-hidden", "An unknown reader is told as unavailable.", "47"},
    {F::cancel_ignored, "cancel-ignored", "SCardCancel does nothing.", "48"},
    {F::double_disconnect_taken, "double-disconnect-taken", "Handles that are none are disconnected with success.",
     "51"},
    {F::service_loss_hidden, "service-loss-hidden", "A service that has gone is told as a time-out.", "62"},
};
static_assert(std::size(kFaults) == static_cast<std::size_t>(F::kCount));

}  // namespace

std::span<const ServiceFaultInfo> service_faults() { return kFaults; }

std::optional<ServiceFault> service_fault_from_name(std::string_view name) {
    const auto* found = std::ranges::find(kFaults, name, &ServiceFaultInfo::name);
    if (found == std::end(kFaults)) return std::nullopt;
    return found->fault;
}

}  // namespace rakit::reader
