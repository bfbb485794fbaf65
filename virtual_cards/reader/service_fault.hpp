#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace rakit::reader {

/// ServiceFault names one way for the resource manager, or the library that speaks to it, to be wrong: what a reader's
/// driver can't get wrong because it is never asked (docs/formats/reader-faults.md).
enum class ServiceFault {
    short_list_taken,
    no_readers_is_success,
    attribute_overflow,
    unpower_is_leave,
    leave_is_reset,
    short_answer_taken,
    shared_is_exclusive,
    exclusive_is_shared,
    reconnect_stays_shared,
    direct_needs_card,
    transaction_not_exclusive,
    end_without_begin_taken,
    foreign_end_taken,
    reset_notice_lost,
    lock_outlives_holder,
    late_time_out,
    change_bit_missing,
    event_counter_stuck,
    pnp_event_lost,
    unknown_reader_hidden,
    cancel_ignored,
    double_disconnect_taken,
    service_loss_hidden,
    kCount,
};

/// ServiceFaultInfo is a row of the table.
struct ServiceFaultInfo {
    ServiceFault fault;
    std::string_view name;
    std::string_view what;
    std::string_view cases;  ///< as FaultInfo::cases
};

/// service_faults is the whole table, in the order of ServiceFault.
std::span<const ServiceFaultInfo> service_faults();

/// service_fault_from_name finds one by its name.
std::optional<ServiceFault> service_fault_from_name(std::string_view name);

/// kServiceFaultVariable is how the double, preloaded into a client, is told which fault it has.
inline constexpr const char* kServiceFaultVariable = "RAKIT_SERVICE_FAULT";

}  // namespace rakit::reader
