// Short APDUs: cases 12 to 18.
#include <fmt/format.h>

#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

/// Tally counts exchanges and those that weren't exact, which it remarks upon.
struct Tally {
    const Bench& bench;
    int done = 0, mismatches = 0;
    void take(bool exact, const std::string& what, const Reply& reply) {
        ++done;
        if (exact) return;
        ++mismatches;
        bench.log->remark(fmt::format("{}: {}, {} octets", what, hex_sw(reply), reply.bytes.size()));
    }
};

/// whole fetches what 61xx says is waiting; a T=0 driver leaves that to its caller.
Reply whole(Handle& card, const iso7816::CommandApdu& command) {
    auto all = collect(card, command);
    if (all.steps == 0) return all.last;
    Bytes bytes = std::move(all.data);
    append(bytes, ByteView(all.last.bytes).last(std::min<std::size_t>(2, all.last.bytes.size())));
    return {all.last.status, std::move(bytes)};
}

}  // namespace

void case1(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    Tally tally{bench};
    for (int i = 0; i < bench.count(100, 1000); ++i) {
        const auto reply = seat.card.transmit(command(0x30, static_cast<std::uint16_t>(i)));
        tally.take(reply.is(0x9000) && reply.data().empty(), fmt::format("command {}", i + 1), reply);
    }
    facts.put("commands", tally.done);
    facts.put("mismatches", tally.mismatches);
}

void case2(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    Tally tally{bench};
    for (std::uint16_t n = 1; n <= 256; ++n) {
        const auto reply = whole(seat.card, command(0x34, n, {}, n));
        tally.take(reply.is(0x9000) && equal_bytes(reply.data(), counting(n)), fmt::format("length {}", n), reply);
    }
    facts.put("lengths", tally.done);
    facts.put("mismatches", tally.mismatches);
}

void case3(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    Tally tally{bench};
    for (std::size_t n = 1; n <= 255; ++n) {
        // A CRC of what came in, so that an octet lost or doubled on the way shows; fetched as a second step, since
        // case 3 has no answer data.
        Bytes data = patterned(n);
        const auto reply = whole(seat.card, command(0x50, 0x0100, data));
        const bool exact = reply.is(0x9000) && reply.data().size() == 8 && number_at(reply.data(), 0) == n &&
                           number_at(reply.data(), 4) == crc32(data);
        tally.take(exact, fmt::format("length {}", n), reply);
    }
    facts.put("lengths", tally.done);
    facts.put("mismatches", tally.mismatches);
}

void case4(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    Tally tally{bench};
    for (std::uint16_t in = 1; in <= 255; ++in) {
        const auto out = static_cast<std::uint16_t>(in + 1);
        const auto reply = whole(seat.card, command(0x36, out, counting(in), out));
        tally.take(reply.is(0x9000) && equal_bytes(reply.data(), counting(out)), fmt::format("{} in, {} out", in, out),
                   reply);
    }
    facts.put("lengths", tally.done);
    facts.put("mismatches", tally.mismatches);
}

void le_zero(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    const Bytes with_zero{0x80, 0x34, 0x01, 0x00, 0x00};
    const auto reply = seat.card.transmit(ByteView(with_zero));
    facts.put("status", status_name(reply.status));
    facts.put("sw", hex_sw(reply));
    facts.put("size", reply.data().size());
    facts.put("exact", equal_bytes(reply.data(), counting(256)));
}

void wrong_le(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    // A reader or driver under T=0 may send the command again with the right Le; then the card says the same again.
    const auto reply = seat.card.transmit(command(0x52, 0x6C10, {}, 32));
    const bool said = reply.status == SCARD_S_SUCCESS && reply.bytes.size() == 2 && reply.sw() == 0x6C10;
    facts.put("answer", said ? std::string("6Cxx") : reply.is(0x9000) ? std::string("corrected") : hex_sw(reply));
    facts.put("next", hex_sw(seat.card.transmit(command(0x30, 0))));
}

void more_data(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    Tally tally{bench};
    bool driver = false;
    for (std::size_t steps = 2; steps <= 64; ++steps) {
        // The echo's answer is four octets of CRC longer than its data.
        const std::size_t size = steps * 256;
        const auto all = collect(seat.card, command(0x50, 0x0200, big_endian(static_cast<std::uint32_t>(size - 4))));
        Bytes expected = patterned(size - 4);
        append(expected, big_endian(crc32(expected)));
        driver = driver || (all.steps == 0 && all.last.is(0x9000));
        const bool counted = all.steps == static_cast<int>(steps) || all.steps == 0;
        tally.take(all.last.is(0x9000) && all.data == expected && counted, fmt::format("{} steps", steps), all.last);
    }
    facts.put("chains", tally.done);
    facts.put("mismatches", tally.mismatches);
    facts.put("collected_by", driver ? "driver" : "client");
}

}  // namespace rakit::certify
