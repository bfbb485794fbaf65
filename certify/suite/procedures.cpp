#include "certify/suite/procedures.hpp"

#include <array>

namespace rakit::certify {
namespace {

constexpr std::array<Procedure, 64> kProcedures{list_readers,
                                                no_reader,
                                                attributes,
                                                cold_cycles,
                                                cold_reset,
                                                warm_reset,
                                                leave_and_connect,
                                                idle,
                                                protocols,
                                                fast_modes,
                                                inverse_convention,
                                                case1,
                                                case2,
                                                case3,
                                                case4,
                                                le_zero,
                                                wrong_le,
                                                more_data,
                                                case4_t0,
                                                extended2,
                                                extended3,
                                                extended4,
                                                short_only,
                                                packets,
                                                chaining,
                                                t1_chaining,
                                                time_extension,
                                                mute_card,
                                                malformed_atr,
                                                truncated,
                                                small_buffer,
                                                tiny_commands,
                                                shared,
                                                exclusive,
                                                to_exclusive,
                                                direct_without_card,
                                                isolation,
                                                end_without_begin,
                                                end_by_other,
                                                reset_notice,
                                                holder_killed,
                                                time_outs,
                                                insert_event,
                                                remove_event,
                                                quick_exchange,
                                                plug_and_play,
                                                unknown_reader,
                                                cancel,
                                                removed_in_apdu,
                                                unplugged_in_apdu,
                                                bad_handles,
                                                many,
                                                crowd,
                                                latencies,
                                                throughput,
                                                signatures,
                                                features,
                                                properties,
                                                verify_direct,
                                                modify_direct,
                                                filtered,
                                                restarted,
                                                station_presence,
                                                contact_failure};

/// fits tells whether the card has the commands that a case needs.
bool fits(char wanted, const std::string& card) {
    return wanted == 'a' || card == "own" || (wanted == 'h' && card == "handler");
}

/// own_service tells whether a case starts a PC/SC service of its own, to which this process then belongs: it must not
/// have spoken to another before.
bool own_service(int number, const Bench& bench) {
    return number == 2 || (number == 62 && bench.kind != ReaderKind::real);
}

}  // namespace

void measure(const Case& one, const Bench& bench, Facts& facts) {
    if (const auto reason = inapplicable(one, bench.kind)) return facts.not_applicable(*reason);
    if (!fits(one.card, bench.card))
        return facts.not_applicable(bench.card == "handler"
                                        ? "the card has HandlerTest's commands only, not the tester card's own"
                                        : "needs the tester card");
    if (!own_service(one.number, bench) && one.level != "printer") settle(bench, facts);
    kProcedures[static_cast<std::size_t>(one.number - 1)](bench, facts);
}

}  // namespace rakit::certify
