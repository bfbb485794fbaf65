// Protocols, times and answers to reset: cases 9 to 11, 19, 24, 26 to 29.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "certify/suite/procedures.hpp"
#include "common/iso7816/atr.hpp"

namespace rakit::certify {
namespace {

/// echoes sends data through the card's echo and back, short or extended as their lengths want; mismatches come back.
int echoes(const Bench& bench, Handle& card, const std::vector<std::size_t>& sizes, std::size_t& octets) {
    int mismatches = 0;
    for (const auto size : sizes) {
        const Bytes data = patterned(size);
        Bytes expected = data;
        append(expected, big_endian(crc32(data)));
        const auto all = collect(card, command(0x50, 0, data, expected.size()));
        octets += 2 * size;
        if (all.last.is(0x9000) && all.data == expected) continue;
        ++mismatches;
        bench.log->remark(fmt::format("length {}: {}, {} octets", size, hex_sw(all.last), all.data.size()));
    }
    return mismatches;
}

std::string outcome_of(const Bench& bench, DWORD protocol) {
    Context context(*bench.log);
    Handle card(context);
    // A protocol that is in force stays so; a card without power has none.
    if (card.connect(bench.reader) == SCARD_S_SUCCESS) card.disconnect(SCARD_UNPOWER_CARD);
    Handle again(context);
    const auto status = status_name(again.connect(bench.reader, SCARD_SHARE_SHARED, protocol));
    again.disconnect(SCARD_UNPOWER_CARD);
    return status;
}

/// Odd is an answer to reset that isn't one.
struct Odd {
    const char* name;
    Bytes atr;
};

LONG connect_odd(const Bench& bench, Facts& facts, const Bytes& atr, double& took_ms) {
    Context context(*bench.log);
    bench.act(Deed::remove, facts);
    await(context, bench.reader, SCARD_STATE_EMPTY, bench.hands->bound());
    bench.act(Deed::answer_to_reset, facts, to_hex(atr));
    bench.act(Deed::insert, facts);
    // pcscd notices it at its next look; MUTE or PRESENT, or nothing at all.
    constexpr std::chrono::milliseconds kLook{1500};
    await(context, bench.reader, SCARD_STATE_PRESENT, kLook);
    Handle card(context);
    const auto from = Steady::now();
    const LONG status = card.connect(bench.reader);
    took_ms = ms_since(from);
    return status;
}

void as_it_was(const Bench& bench, Facts& facts) {
    Context context(*bench.log);
    bench.act(Deed::remove, facts);
    await(context, bench.reader, SCARD_STATE_EMPTY, bench.hands->bound());
    bench.act(Deed::answer_to_reset, facts);
    bench.act(Deed::insert, facts);
    await(context, bench.reader, SCARD_STATE_PRESENT, bench.hands->bound());
    facts.put("recovered", answers(bench));
}

bool may_be_odd(const Bench& bench, Facts& facts) {
    return bench.can(Deed::answer_to_reset, facts) && bench.can(Deed::remove, facts);
}

}  // namespace

void protocols(const Bench& bench, Facts& facts) {
    const auto atr = iso7816::parse_atr(bench.atr);
    if (!atr) return facts.not_applicable("the card's ATR can't be read");
    const auto expected = [](bool offered) { return offered ? "SCARD_S_SUCCESS" : "SCARD_E_PROTO_MISMATCH"; };
    facts.put("t0_expected", expected(atr->t0));
    facts.put("t1_expected", expected(atr->t1));
    facts.put("t0_status", outcome_of(bench, SCARD_PROTOCOL_T0));
    facts.put("t1_status", outcome_of(bench, SCARD_PROTOCOL_T1));
    facts.put("any_status", outcome_of(bench, kAnyProtocol));
}

void fast_modes(const Bench& bench, Facts& facts) {
    // TA1 is the first interface octet, if T0 says so: F in its high, D in its low half (ISO/IEC 7816-3 table 7, 8).
    const bool has_ta1 = bench.atr.size() > 2 && (bench.atr[1] & 0x10) != 0;
    const std::uint8_t ta1 = has_ta1 ? bench.atr[2] : 0x11;
    constexpr int kDivisors[16] = {0, 1, 2, 4, 8, 16, 32, 64, 12, 20};
    constexpr int kFactors[16] = {372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048};
    const int d = kDivisors[ta1 & 0x0F], f = kFactors[ta1 >> 4];
    if (d == 0 || f == 0) return facts.not_applicable(fmt::format("the card's TA1 {:02X} is reserved", ta1));
    Seat seat(bench);
    facts.put("connect_status", status_name(seat.connected));
    if (!seat.ok(facts)) return;
    std::size_t octets = 0;
    const auto from = Steady::now();
    facts.put("errors", echoes(bench, seat.card, std::vector<std::size_t>(50, 240), octets));
    // At the slowest clock of ISO/IEC 7816-3 (1 MHz), ten bits and more a character, half of it left to the card.
    constexpr double kClock = 1e6, kBits = 12, kShare = 0.5;
    facts.put("ta1", fmt::format("{:02X}", ta1));
    facts.put("octets_per_s", static_cast<double>(octets) / (us_since(from) / 1e6));
    facts.put("least_octets_per_s", kShare * kClock * d / f / kBits);
}

void inverse_convention(const Bench& bench, Facts& facts) {
    if (bench.atr.empty() || bench.atr[0] != 0x3F)
        return facts.not_applicable("the card in the reader is of direct convention");
    Seat seat(bench);
    facts.put("connect_status", status_name(seat.connected));
    const Bytes any{0x00, 0xA4, 0x00, 0x00};
    facts.put("answered", seat.card.transmit(ByteView(any)).bytes.size() >= 2);
}

void case4_t0(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    if (seat.card.protocol() != SCARD_PROTOCOL_T0) return facts.not_applicable("the card in the reader speaks T=1");
    int lengths = 0, mismatches = 0;
    for (std::uint16_t in = 1; in <= 255; ++in, ++lengths) {
        const auto all = collect(seat.card, command(0x36, static_cast<std::uint16_t>(in + 1), counting(in)));
        if (!all.last.is(0x9000) || all.data != counting(in + 1U)) ++mismatches;
    }
    facts.put("lengths", lengths);
    facts.put("mismatches", mismatches);
}

void packets(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    std::vector<std::size_t> sizes;
    // USB packets are of 64 and 512 octets, CCID's header of ten: the sums around them are where readers stumble.
    for (const std::size_t around : {54U, 118U, 182U, 249U, 255U, 256U, 502U, 512U, 1014U, 1024U})
        for (std::size_t size = around - 5; size <= around + 5; ++size) sizes.push_back(size);
    if (largest_claimed(seat.card).value_or(256) <= 256)
        std::erase_if(sizes, [](std::size_t size) { return size > 251; });
    std::size_t octets = 0;
    facts.put("mismatches", echoes(bench, seat.card, sizes, octets));
    facts.put("lengths", sizes.size());
}

void t1_chaining(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    if (seat.card.protocol() != SCARD_PROTOCOL_T1) return facts.not_applicable("the card in the reader speaks T=0");
    // Longer than an information field of the smallest, the usual and the largest IFSC: 32, 128, 254 (ISO/IEC 7816-3,
    // section 11.4.2).
    std::vector<std::size_t> sizes;
    for (std::size_t size = 16; size <= 251; ++size) sizes.push_back(size);
    std::size_t octets = 0;
    facts.put("mismatches", echoes(bench, seat.card, sizes, octets));
    facts.put("lengths", sizes.size());
    Bytes ifsd;
    if (seat.card.attribute(SCARD_ATTR_CURRENT_IFSD, ifsd) == SCARD_S_SUCCESS) facts.put("ifsd", to_hex(ifsd));
}

void time_extension(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    const std::vector<int> seconds = bench.quick ? std::vector<int>{1, 5} : std::vector<int>{1, 5, 10, 30, 60};
    int failed = 0, early = 0;
    double worst = 0;
    for (const int wait : seconds) {
        // Once more if it was late: a busy host is late by chance, a reader each time.
        double least = 0, took = 0;
        for (int tries = 0; tries == 0 || (tries < 3 && took > 1.02 * wait * 1000); ++tries) {
            const auto from = Steady::now();
            if (!seat.card.transmit(command(0x54, static_cast<std::uint16_t>(wait * 1000))).is(0x9000)) ++failed;
            took = ms_since(from);
            least = tries == 0 ? took : std::min(least, took);
        }
        facts.put(fmt::format("wait_{}_s_ms", wait), least);
        if (least < wait * 1000 - 1) ++early;
        worst = std::max(worst, 100 * (least / (wait * 1000) - 1));
    }
    facts.put("waits", seconds.size());
    facts.put("failed", failed);
    facts.put("early", early);
    facts.put("worst_percent", std::round(worst * 100) / 100);
}

void mute_card(const Bench& bench, Facts& facts) {
    if (!may_be_odd(bench, facts)) return;
    // A card that says nothing shows on a virtual reader as one whose ATR is longer than any can be.
    Bytes endless(40, 0x00);
    endless[0] = 0x3B;
    double took = 0;
    facts.put("status", status_name(connect_odd(bench, facts, endless, took)));
    facts.put("took_ms", took);
    as_it_was(bench, facts);
}

void malformed_atr(const Bench& bench, Facts& facts) {
    if (!may_be_odd(bench, facts)) return;
    // No such TS; nothing behind TS; TD1 names a protocol that there isn't.
    const Odd odd[] = {{"ts", {0x00, 0x00}}, {"lone", {0x3B}}, {"protocol", {0x3B, 0x80, 0x05, 0x85}}};
    int refused = 0;
    double slowest = 0, took = 0;
    for (const auto& [name, atr] : odd) {
        const LONG status = connect_odd(bench, facts, atr, took);
        facts.put(std::string(name) + "_status", status_name(status));
        if (status != SCARD_S_SUCCESS) ++refused;
        slowest = std::max(slowest, took);
    }
    Bytes wrong = bench.atr;
    wrong.back() ^= 0x01;
    const LONG status = connect_odd(bench, facts, wrong, took);
    slowest = std::max(slowest, took);
    facts.put("tck_status", status_name(status));
    facts.put("tck", status == SCARD_S_SUCCESS ? "passed-on" : "refused");
    if (status == SCARD_S_SUCCESS)
        facts.deviation("an ATR with a wrong TCK is passed on: neither the reader nor the service checks it");
    facts.put("malformed", std::size(odd));
    facts.put("malformed_refused", refused);
    facts.put("slowest_ms", slowest);
    as_it_was(bench, facts);
}

}  // namespace rakit::certify
