// Power and resets: cases 4 to 8.
#include <chrono>

#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

constexpr std::uint8_t kRam = 0x5A;
const Bytes kPattern{0x52, 0x41, 0x4B, 0x49, 0x54};

bool keep_pattern(Handle& card) { return card.transmit(command(kRam, 0x0100, kPattern)).is(0x9000); }

/// pattern tells what became of it: `kept`, `cleared`, or what came instead.
std::string pattern(Handle& card) {
    const auto reply = card.transmit(command(kRam, 0, {}, 256));
    if (reply.is(0x9000)) return equal_bytes(reply.data(), kPattern) ? "kept" : "another";
    return reply.is(0x6A88) ? "cleared" : hex_sw(reply);
}

std::string selection(Handle& card) { return card.transmit(command(0x30, 0)).is(0x9000) ? "kept" : "lost"; }

std::string cause_word(std::uint32_t cause) {
    return cause == 1 ? "insertion" : cause == 2 ? "cold" : cause == 3 ? "warm" : std::to_string(cause);
}

void put_counters(Facts& facts, const std::string& when, const Counters& counters) {
    facts.put("power_" + when, counters.power_ons);
    facts.put("cold_" + when, counters.cold_resets);
    facts.put("warm_" + when, counters.warm_resets);
    facts.put("session_apdus_" + when, counters.session_apdus);
}

/// count_before and count_after put the card's counters into the facts; false if they can't be had.
bool count(Handle& card, Facts& facts, const std::string& when) {
    const auto counted = counters(card);
    if (counted) put_counters(facts, when, *counted);
    if (counted && when == "after") facts.put("cause", cause_word(counted->cause));
    return counted.has_value();
}

/// tck_of judges the check octet of an ATR (ISO/IEC 7816-3 section 8.2.5): absent where only T=0 is offered.
std::string tck_of(ByteView atr) {
    bool wanted = false;
    std::size_t at = 1;
    for (std::uint8_t td = atr.size() > 1 ? atr[1] : 0; at < atr.size();) {
        at += 1U + ((td & 0x10) != 0) + ((td & 0x20) != 0) + ((td & 0x40) != 0);
        if ((td & 0x80) == 0) break;
        if (at >= atr.size()) return "wrong";
        td = atr[at];
        wanted = wanted || (td & 0x0F) != 0;
    }
    if (!wanted) return "absent";
    std::uint8_t sum = 0;
    for (std::size_t i = 1; i < atr.size(); ++i) sum = static_cast<std::uint8_t>(sum ^ atr[i]);
    return sum == 0 ? "right" : "wrong";
}

}  // namespace

void cold_cycles(const Bench& bench, Facts& facts) {
    const int cycles = bench.count(20, 100);
    int failed = 0, different = 0;
    double slowest = 0;
    std::string tck = tck_of(bench.atr);
    Context context(*bench.log);
    for (int i = 0; i < cycles; ++i) {
        Handle card(context);
        const auto from = Steady::now();
        const LONG status = card.connect(bench.reader);
        Bytes atr;
        if (status != SCARD_S_SUCCESS || card.atr(atr) != SCARD_S_SUCCESS) {
            ++failed;
            bench.log->remark("cycle " + std::to_string(i + 1) + ": " + status_name(status));
            continue;
        }
        slowest = std::max(slowest, ms_since(from));
        if (atr != bench.atr) {
            ++different;
            bench.log->remark("cycle " + std::to_string(i + 1) + ": another ATR, " + to_hex(atr));
        }
        if (tck_of(atr) == "wrong") tck = "wrong";
        card.disconnect(SCARD_UNPOWER_CARD);
    }
    facts.put("cycles", cycles);
    facts.put("failed", failed);
    facts.put("different", different);
    facts.put("tck", tck);
    facts.put("slowest_connect_ms", slowest);
    facts.put("atr", to_hex(bench.atr));
}

void cold_reset(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts) || !keep_pattern(seat.card) || !count(seat.card, facts, "before")) return;
    facts.put("disconnect_status", status_name(seat.card.disconnect(SCARD_UNPOWER_CARD)));
    facts.put("connect_status", status_name(seat.card.connect(bench.reader)));
    if (!seat.select() || !count(seat.card, facts, "after")) return;
    facts.put("ram", pattern(seat.card));
}

void warm_reset(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts) || !keep_pattern(seat.card) || !count(seat.card, facts, "before")) return;
    facts.put("reconnect_status", status_name(seat.card.reconnect(SCARD_RESET_CARD)));
    facts.put("selection", selection(seat.card));
    if (!seat.select() || !count(seat.card, facts, "after")) return;
    facts.put("ram", pattern(seat.card));
}

void leave_and_connect(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    const iso7816::CommandApdu verify{0x00, 0x20, 0x00, 0x01, to_bytes("1234"), 0, false};
    const iso7816::CommandApdu query{0x00, 0x20, 0x00, 0x01, {}, 0, false};
    facts.put("verify", hex_sw(seat.card.transmit(verify)));
    if (!count(seat.card, facts, "before")) return;
    facts.put("disconnect_status", status_name(seat.card.disconnect(SCARD_LEAVE_CARD)));
    // Well within pcscd's grace period of some seconds, and long enough for its next look at the reader.
    const auto from = Steady::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    facts.put("connect_status", status_name(seat.card.connect(bench.reader)));
    facts.put("gap_ms", ms_since(from));
    facts.put("selection", selection(seat.card));
    facts.put("pin", seat.card.transmit(query).is(0x9000) ? "kept" : "lost");
    count(seat.card, facts, "after");
}

void idle(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    facts.put("reconnect_status", status_name(seat.card.reconnect(SCARD_LEAVE_CARD)));
    if (!count(seat.card, facts, "before")) return;
    const auto from = Steady::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(bench.count(6100, 10000)));
    facts.put("idle_ms", ms_since(from));
    facts.put("selection", selection(seat.card));
    count(seat.card, facts, "after");
}

}  // namespace rakit::certify
