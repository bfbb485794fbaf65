#include "certify/core/cases.hpp"

#include <array>

namespace rakit::certify {
namespace {

constexpr std::array<std::string_view, 7> kLevels{"core",    "protocol", "extended", "stress",
                                                  "hotplug", "pinpad",   "printer"};

// clang-format off
// number, level, where it means something, commands it needs of the card, limit in seconds, name, pass rule in words, rule
constexpr std::array<Case, 64> kCases{{
    {1, "core", 'V', 'a', 20, "Enumerate: ListReaders with NULL, auto-allocated and short buffer",
     "the same multistring each time; a short buffer gives INSUFFICIENT_BUFFER with the size",
     "null_status = SCARD_S_SUCCESS; exact_status = SCARD_S_SUCCESS; auto_status = SCARD_S_SUCCESS; auto_same = yes; "
     "short_status = SCARD_E_INSUFFICIENT_BUFFER; short_size = @null_size; short_untouched = yes; listed = yes"},
    {2, "core", 'V', 'a', 20, "No reader attached", "NO_READERS_AVAILABLE",
     "status = SCARD_E_NO_READERS_AVAILABLE"},
    {3, "core", 'S', 'a', 20, "GetAttrib: ATR, vendor, serial, MAXINPUT, CHANNEL_ID, ICC_PRESENCE; NULL and 1-byte buffer",
     "the ATR equals Status's ATR; what isn't supported is UNSUPPORTED_FEATURE; nothing is written past a buffer",
     "atr_status = SCARD_S_SUCCESS; atr = @status_atr; atr_size = @status_atr_size; short_status = SCARD_E_INSUFFICIENT_BUFFER; "
     "unknown_status = SCARD_E_UNSUPPORTED_FEATURE; odd_statuses = 0; overflows = 0"},
    {4, "core", 'V', 'a', 60, "ATR over 100 cold cycles", "identical, TCK right",
     "cycles >= 10; failed = 0; different = 0; tck in right|absent"},
    {5, "core", 'V', 'o', 20, "Cold reset (UNPOWER + Connect)", "power counter +1, RAM cleared",
     "disconnect_status = SCARD_S_SUCCESS; connect_status = SCARD_S_SUCCESS; power_after = @power_before+1; "
     "cold_after = @cold_before+1; warm_after = @warm_before; ram = cleared; cause = cold"},
    {6, "core", 'V', 'o', 20, "Warm reset (Reconnect RESET)", "reset counter +1, power counter unchanged",
     "reconnect_status = SCARD_S_SUCCESS; warm_after = @warm_before+1; power_after = @power_before; ram = kept; "
     "selection = lost; cause = warm"},
    {7, "core", 'V', 'o', 20, "Disconnect LEAVE + Connect", "no reset, selection and PIN state kept within the grace period",
     "disconnect_status = SCARD_S_SUCCESS; connect_status = SCARD_S_SUCCESS; selection = kept; pin = kept; "
     "power_after = @power_before; warm_after = @warm_before; session_apdus_after >= @session_apdus_before"},
    {8, "core", 'V', 'o', 40, "Idle 10 s after reconnect", "no power-off while connected",
     "reconnect_status = SCARD_S_SUCCESS; idle_ms >= 6000; power_after = @power_before; warm_after = @warm_before; selection = kept"},
    {9, "protocol", 'R', 'a', 20, "T=0 only, T=1 only, any", "matches the ATR; impossible is PROTO_MISMATCH",
     "t0_status = @t0_expected; t1_status = @t1_expected; any_status = SCARD_S_SUCCESS"},
    {10, "protocol", 'R', 'o', 60, "Fast modes TA1 11 18 95 96 97, TA2", "connects, throughput scales with TA1",
     "connect_status = SCARD_S_SUCCESS; errors = 0; octets_per_s >= @least_octets_per_s"},
    {11, "protocol", 'R', 'a', 20, "Inverse convention", "works",
     "connect_status = SCARD_S_SUCCESS; answered = yes"},
    {12, "core", 'V', 'h', 20, "Case 1", "9000", "commands >= 10; mismatches = 0"},
    {13, "core", 'V', 'h', 60, "Case 2, every length 1-256", "exact", "lengths = 256; mismatches = 0"},
    {14, "core", 'V', 'o', 60, "Case 3, every length 1-255", "the card's CRC is ours", "lengths = 255; mismatches = 0"},
    {15, "core", 'V', 'h', 60, "Case 4, every in, out = in + 1", "exact", "lengths = 255; mismatches = 0"},
    {16, "core", 'V', 'h', 20, "Le = 00", "256 bytes", "status = SCARD_S_SUCCESS; size = 256; exact = yes; sw = 9000"},
    {17, "core", 'V', 'o', 20, "6Cxx", "6Cxx or corrected data, stated which", "answer in 6Cxx|corrected; next = 9000"},
    {18, "core", 'V', 'o', 60, "61xx chain, 2-64 steps", "exact", "chains = 63; mismatches = 0; collected_by in client|driver"},
    {19, "protocol", 'R', 'h', 60, "Case 4 under T=0", "no lost status", "lengths = 255; mismatches = 0"},
    {20, "extended", 'V', 'o', 120, "Extended case 2, 1-65,536", "exact up to dwMaxAPDUDataSize",
     "lengths >= 1; mismatches = 0; largest >= @required"},
    {21, "extended", 'V', 'o', 120, "Extended case 3", "the card's CRC is ours; what is too long fails cleanly",
     "lengths >= 1; mismatches = 0; largest >= @required; too_long in refused|carried|beyond; next = 9000"},
    {22, "extended", 'V', 'o', 120, "Extended case 4 both ways", "exact",
     "lengths >= 1; mismatches = 0; largest >= @required"},
    {23, "extended", 'V', 'o', 20, "Short-only reader given extended", "clean error, next APDU works",
     "refusal = clean; next = 9000"},
    {24, "protocol", 'R', 'o', 60, "258/259-byte packets, lengths around 254-259, 512, 1024", "exact",
     "lengths >= 1; mismatches = 0"},
    {25, "extended", 'V', 'o', 20, "Command chaining, 10 x 200", "reassembled",
     "parts = 10; refused_parts = 0; length = 2000; crc = right"},
    {26, "protocol", 'R', 'o', 60, "T=1 chaining, IFSD", "exact", "lengths >= 1; mismatches = 0"},
    {27, "protocol", 'V', 'o', 120, "Time extension 1, 5, 10, 30, 60 s", "completes, within 2 %",
     "waits >= 1; failed = 0; early = 0; worst_percent <= 2"},
    {28, "protocol", 'V', 'a', 60, "Mute card", "UNRESPONSIVE or a time-out in bounded time; recovers",
     "status in SCARD_W_UNRESPONSIVE_CARD|SCARD_W_UNPOWERED_CARD|SCARD_E_NO_SMARTCARD|SCARD_E_TIMEOUT; took_ms <= 5000; recovered = yes"},
    {29, "protocol", 'V', 'a', 90, "Malformed ATR, TCK error", "refused, no hang; recovers",
     "malformed = @malformed_refused; slowest_ms <= 5000; tck in refused|passed-on; recovered = yes"},
    {30, "protocol", 'S', 'o', 30, "Truncated response", "an error, and recovery",
     "answer in error|short; recovered = yes"},
    {31, "core", 'V', 'o', 30, "Receive buffer too small, 2..n", "INSUFFICIENT_BUFFER, length reported, nothing written past the buffer",
     "sizes >= 1; other_statuses = 0; unreported = 0; overflows = 0; next = 9000"},
    {32, "core", 'V', 'o', 20, "0-3 byte commands", "INVALID_PARAMETER or 6700, no crash", "commands >= 4; odd = 0; next = 9000"},
    {33, "core", 'V', 'o', 20, "SHARED x SHARED", "both work, serialised",
     "a_status = SCARD_S_SUCCESS; b_status = SCARD_S_SUCCESS; commands >= 20; mismatches = 0; gaps = 0"},
    {34, "core", 'V', 'a', 20, "EXCLUSIVE", "the second gets SHARING_VIOLATION",
     "first_status = SCARD_S_SUCCESS; second_status = SCARD_E_SHARING_VIOLATION; over_shared_status = SCARD_E_SHARING_VIOLATION"},
    {35, "core", 'V', 'a', 20, "Reconnect to EXCLUSIVE while shared", "beside another it is refused or waits; then it succeeds, and excludes",
     "beside in SCARD_E_SHARING_VIOLATION|waits; alone_status = SCARD_S_SUCCESS; other_status = SCARD_E_SHARING_VIOLATION; "
     "after_status = SCARD_S_SUCCESS"},
    {36, "core", 'V', 'a', 60, "DIRECT without card", "Control and GetAttrib work",
     "connect_status = SCARD_S_SUCCESS; control = answered; attribute = answered; disconnect_status = SCARD_S_SUCCESS"},
    {37, "core", 'V', 'o', 20, "Transaction isolation", "B waits while A holds",
     "a_mismatches = 0; intrusions = 0; b_status = SCARD_S_SUCCESS; b_waited_ms >= @held_ms"},
    {38, "core", 'V', 'a', 20, "EndTransaction without Begin", "NOT_TRANSACTED", "status = SCARD_E_NOT_TRANSACTED"},
    {39, "core", 'V', 'o', 20, "EndTransaction(UNPOWER) by a non-holder", "refused, no reset",
     "status in SCARD_E_NOT_TRANSACTED|SCARD_E_SHARING_VIOLATION; power_after = @power_before; warm_after = @warm_before; selection = kept"},
    {40, "core", 'V', 'o', 20, "Reset notice", "B gets W_RESET_CARD until it reconnects",
     "reset_status = SCARD_S_SUCCESS; notice = SCARD_W_RESET_CARD; reconnect_status = SCARD_S_SUCCESS; after = SCARD_S_SUCCESS"},
    {41, "core", 'V', 'a', 20, "Holder killed inside a transaction", "the lock is free within 1 s",
     "held = yes; status = SCARD_S_SUCCESS; free_ms <= 1000"},
    {42, "core", 'V', 'a', 60, "GetStatusChange with time-outs 0, 500, INFINITE", "TIMEOUT within 20 ms and a poll; INFINITE waits",
     "zero_status = SCARD_E_TIMEOUT; zero_ms <= 420; half_status = SCARD_E_TIMEOUT; half_ms >= 499; half_ms <= 920; "
     "infinite_waited = yes; infinite_ended_by = SCARD_E_CANCELLED"},
    {43, "core", 'V', 'a', 90, "Insert event", "CHANGED and PRESENT, ATR, event counter +1; latency reported",
     "status = SCARD_S_SUCCESS; changed = yes; present = yes; atr = right; events_after = @events_before+1; latency_ms >= 0"},
    {44, "core", 'V', 'a', 90, "Remove event", "CHANGED and EMPTY; latency reported",
     "status = SCARD_S_SUCCESS; changed = yes; empty = yes; events_after = @events_before+1; latency_ms >= 0"},
    {45, "core", 'V', 'o', 90, "Remove and insert faster than the poll", "never silently the same session",
     "tries >= 1; silent = 0; recovered = yes"},
    {46, "core", 'V', 'a', 60, "PnP pseudo-reader", "event",
     "known = yes; status = SCARD_S_SUCCESS; changed = yes; readers_after != @readers_before; recovered = yes"},
    {47, "core", 'V', 'a', 20, "Unknown reader name", "UNKNOWN_READER",
     "connect_status = SCARD_E_UNKNOWN_READER; change_status = SCARD_E_UNKNOWN_READER"},
    {48, "core", 'V', 'a', 20, "Cancel, blocked and idle", "CANCELLED, no effect; the next call is clean",
     "blocked_status = SCARD_E_CANCELLED; cancel_status = SCARD_S_SUCCESS; next_after_blocked = SCARD_E_TIMEOUT; "
     "idle_status = SCARD_S_SUCCESS; next_after_idle = SCARD_E_TIMEOUT"},
    {49, "core", 'V', 'o', 90, "Card removed during an APDU", "card gone, handle unusable, recovery",
     "answer in error|short; took_ms <= 5000; handle = unusable; recovered = yes"},
    {50, "hotplug", 'S', 'o', 90, "Reader unplugged during an APDU", "READER_UNAVAILABLE class; Disconnect and ReleaseContext succeed",
     "answer in error|short; later in SCARD_E_READER_UNAVAILABLE|SCARD_E_UNKNOWN_READER|SCARD_E_INVALID_HANDLE|SCARD_E_NO_SMARTCARD|SCARD_W_REMOVED_CARD; "
     "listed = no; disconnect_status = SCARD_S_SUCCESS; release_status = SCARD_S_SUCCESS; recovered = yes"},
    {51, "core", 'V', 'a', 20, "Double Disconnect, forged handle, use after fork", "INVALID_HANDLE",
     "double_status = SCARD_E_INVALID_HANDLE; forged_status = SCARD_E_INVALID_HANDLE; forged_context = SCARD_E_INVALID_HANDLE; "
     "child = harmless; parent_after = SCARD_S_SUCCESS"},
    {52, "stress", 'V', 'o', 120, "10,000 connects, 10,000 echoes", "0 errors, p99 at most 3 times p50 in the calmest of ten rounds (or 5 ms: less is the host's scheduler)",
     "connects >= 1; echoes >= 1; errors = 0; connect_p99_us <= @connect_p50_us*3|5000; echo_p99_us <= @echo_p50_us*3|5000"},
    {53, "stress", 'V', 'o', 60, "8 threads on one card; readers in parallel", "no starvation over 1 s in the calmest of three rounds",
     "threads = 8; errors = 0; longest_wait_ms <= 1000; parallel_errors = 0"},
    {54, "stress", 'V', 'o', 120, "Latency distribution, case 1 and case 2 of 256", "min p50 p90 p99 max reported",
     "errors = 0; case1_count >= 100; case2_count >= 100; case1_p50_us >= @case1_min_us; case1_max_us >= @case1_p99_us; "
     "case2_p50_us >= @case2_min_us; case2_max_us >= @case2_p99_us"},
    {55, "stress", 'V', 'o', 60, "64 KiB by 256 and extended", "bytes/s reported",
     "mismatches = 0; short_octets = 65536; short_octets_per_s >= 1; extended_octets? >= 65529; extended_octets_per_s? >= 1"},
    {56, "stress", 'V', 'a', 180, "100 RSA and EC signatures", "p50, p99 reported; each signature verifies",
     "errors = 0; wrong = 0; rsa_count? >= 10; ec_count? >= 10; signatures >= 10"},
    {57, "pinpad", 'S', 'a', 20, "GET_FEATURE_REQUEST", "TLV well-formed", "status = SCARD_S_SUCCESS; well_formed = yes; doubled = 0"},
    {58, "pinpad", 'S', 'o', 20, "GET_TLV_PROPERTIES", "consistent with cases 20-22",
     "status = SCARD_S_SUCCESS; well_formed = yes; extended = @extended_claimed"},
    {59, "pinpad", 'S', 'o', 60, "VERIFY_PIN_DIRECT ok, wrong, cancel, time-out", "9000, 63Cx, 6401, 6400",
     "right = 9000; wrong = 63C2; cancelled = 6401; timed_out = 6400; right_again = 9000"},
    {60, "pinpad", 'S', 'o', 60, "MODIFY_PIN_DIRECT", "6402 mismatch, 6403 length", "mismatch = 6402; length = 6403; old_pin = 9000"},
    {61, "pinpad", 'S', 'o', 20, "PIN through Transmit on a filtering pad", "blocked if the reader claims it",
     "claimed in yes|no; outcome = @outcome_claimed"},
    {62, "hotplug", 'V', 'a', 60, "Service restarted", "NO_SERVICE or INVALID_HANDLE, reconnect works",
     "during in SCARD_E_NO_SERVICE|SCARD_E_INVALID_HANDLE|SCARD_F_COMM_ERROR|SCARD_E_READER_UNAVAILABLE|SCARD_F_INTERNAL_ERROR; "
     "old_context in SCARD_E_INVALID_HANDLE|SCARD_E_NO_SERVICE|SCARD_E_SERVICE_STOPPED; reconnect_status = SCARD_S_SUCCESS; answered = yes"},
    {63, "printer", 'P', 'a', 60, "Printer station: presented, engaged, not engaged", "PRESENT only while engaged",
     "rounds >= 2; present_before = 0; present_engaged = @rounds; present_after = 0"},
    {64, "printer", 'P', 'a', 120, "Contact failure on the first n tries", "retry policy, then reject",
     "recovered_after = @failing_tries; recovered = yes; given_up_after = @tries; rejected = yes; present_after = no"},
}};
// clang-format on

constexpr bool in_order() {
    for (std::size_t i = 0; i < kCases.size(); ++i)
        if (kCases[i].number != static_cast<int>(i) + 1) return false;
    return true;
}
static_assert(in_order(), "a row per case, in the order of the numbers");

}  // namespace

std::span<const Case> cases() { return kCases; }

const Case* find_case(int number) {
    return number < 1 || number > static_cast<int>(kCases.size()) ? nullptr
                                                                  : &kCases[static_cast<std::size_t>(number - 1)];
}

std::span<const std::string_view> levels() { return kLevels; }

const std::string_view kScope =
    "Scope: only what is visible at the SCard* interface with a reference card. No electrical, bus-timing or T=1 "
    "block-level claims (EMVCo L1, ISO/IEC 10373-3).";

}  // namespace rakit::certify
