#pragma once

#include "certify/core/cases.hpp"
#include "certify/suite/bench.hpp"

namespace rakit::certify {

/// measure measures a case, in the process that calls: facts by the names that its rule knows.
void measure(const Case& one, const Bench& bench, Facts& facts);

/// Each measures one case of the table.
using Procedure = void (*)(const Bench&, Facts&);

// handles.cpp: readers, attributes, power
void list_readers(const Bench&, Facts&);         // 1
void attributes(const Bench&, Facts&);           // 3
void direct_without_card(const Bench&, Facts&);  // 36
void unknown_reader(const Bench&, Facts&);       // 47
// power.cpp
void cold_cycles(const Bench&, Facts&);        // 4
void cold_reset(const Bench&, Facts&);         // 5
void warm_reset(const Bench&, Facts&);         // 6
void leave_and_connect(const Bench&, Facts&);  // 7
void idle(const Bench&, Facts&);               // 8
// protocol.cpp
void protocols(const Bench&, Facts&);           // 9
void fast_modes(const Bench&, Facts&);          // 10
void inverse_convention(const Bench&, Facts&);  // 11
void case4_t0(const Bench&, Facts&);            // 19
void packets(const Bench&, Facts&);             // 24
void t1_chaining(const Bench&, Facts&);         // 26
void time_extension(const Bench&, Facts&);      // 27
void mute_card(const Bench&, Facts&);           // 28
void malformed_atr(const Bench&, Facts&);       // 29
// exchanges.cpp
void case1(const Bench&, Facts&);      // 12
void case2(const Bench&, Facts&);      // 13
void case3(const Bench&, Facts&);      // 14
void case4(const Bench&, Facts&);      // 15
void le_zero(const Bench&, Facts&);    // 16
void wrong_le(const Bench&, Facts&);   // 17
void more_data(const Bench&, Facts&);  // 18
// extended.cpp
void extended2(const Bench&, Facts&);   // 20
void extended3(const Bench&, Facts&);   // 21
void extended4(const Bench&, Facts&);   // 22
void short_only(const Bench&, Facts&);  // 23
void chaining(const Bench&, Facts&);    // 25
// misuse.cpp
void truncated(const Bench&, Facts&);      // 30
void small_buffer(const Bench&, Facts&);   // 31
void tiny_commands(const Bench&, Facts&);  // 32
void bad_handles(const Bench&, Facts&);    // 51
// sharing.cpp
void shared(const Bench&, Facts&);             // 33
void exclusive(const Bench&, Facts&);          // 34
void to_exclusive(const Bench&, Facts&);       // 35
void isolation(const Bench&, Facts&);          // 37
void end_without_begin(const Bench&, Facts&);  // 38
void end_by_other(const Bench&, Facts&);       // 39
void reset_notice(const Bench&, Facts&);       // 40
void holder_killed(const Bench&, Facts&);      // 41
// events.cpp
void time_outs(const Bench&, Facts&);     // 42
void insert_event(const Bench&, Facts&);  // 43
void remove_event(const Bench&, Facts&);  // 44
void cancel(const Bench&, Facts&);        // 48
// removal.cpp
void quick_exchange(const Bench&, Facts&);     // 45
void removed_in_apdu(const Bench&, Facts&);    // 49
void unplugged_in_apdu(const Bench&, Facts&);  // 50
// service.cpp
void no_reader(const Bench&, Facts&);      // 2
void plug_and_play(const Bench&, Facts&);  // 46
void restarted(const Bench&, Facts&);      // 62
// stress.cpp
void many(const Bench&, Facts&);   // 52
void crowd(const Bench&, Facts&);  // 53
// throughput.cpp
void latencies(const Bench&, Facts&);   // 54
void throughput(const Bench&, Facts&);  // 55
// signatures.cpp
void signatures(const Bench&, Facts&);  // 56
// pinpad.cpp
void features(const Bench&, Facts&);       // 57
void properties(const Bench&, Facts&);     // 58
void verify_direct(const Bench&, Facts&);  // 59
void modify_direct(const Bench&, Facts&);  // 60
void filtered(const Bench&, Facts&);       // 61
// station.cpp
void station_presence(const Bench&, Facts&);  // 63
void contact_failure(const Bench&, Facts&);   // 64

/// largest_claimed is what the reader says that it carries in one APDU (dwMaxAPDUDataSize of PC/SC part 10); nothing
/// if it doesn't say.
std::optional<std::uint32_t> largest_claimed(Handle& card);

}  // namespace rakit::certify
