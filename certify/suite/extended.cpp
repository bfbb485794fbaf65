// Extended lengths and command chaining: cases 20 to 23, 25.
#include <fmt/format.h>

#include <algorithm>

#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

constexpr std::uint32_t kShortOnly = 261;  // a reader that says no more than this carries short APDUs only

/// The longest that vpcd's line and the tester card can carry: commands of 65,535 octets, answers of 65,533.
constexpr std::size_t kMostAnswer = 65533, kMostCase3 = 65528, kMostCase4 = 65526;

iso7816::CommandApdu extended(std::uint8_t ins, std::uint16_t p1p2, Bytes data, std::size_t ne) {
    auto what = command(ins, p1p2, std::move(data), ne);
    what.extended = true;
    return what;
}

/// Reach is how far a reader carries extended lengths.
struct Reach {
    bool any = false;
    std::size_t most = 0;  ///< octets of data in one APDU, as claimed, or without end
};

Reach reach_of(Handle& card, Facts& facts) {
    const auto claimed = largest_claimed(card);
    if (claimed) facts.put("claimed", *claimed);
    if (claimed && *claimed <= kShortOnly) return {false, 0};
    const auto reply = card.transmit(extended(0x00, 0x0400, {}, 300));
    const bool refused = reply.status != SCARD_S_SUCCESS || reply.sw() == 0x6700;
    // A reader that claims nothing and refuses is one for short APDUs; one that claims must keep its word.
    if (!claimed && refused) return {false, 0};
    return {true, claimed ? std::size_t(*claimed) : 65536};
}

bool applies(Seat& seat, Facts& facts, Reach& reach) {
    reach = reach_of(seat.card, facts);
    if (!reach.any) facts.not_applicable("the reader carries short APDUs only, and says so: case 23 judges that");
    return reach.any;
}

/// Sweep goes through lengths and keeps what was exact. It gives up after some failures in a row: a reader that cuts
/// everything needn't be asked 65,536 times.
template <class Exact>
void sweep(const Bench& bench, Facts& facts, std::size_t most, std::size_t step, Exact&& exact) {
    constexpr int kEnough = 25;
    std::size_t lengths = 0, largest = 0, mismatches = 0;
    std::vector<std::size_t> sizes;
    for (std::size_t size = 1; size <= most; size += step) sizes.push_back(size);
    // The edges, whatever the step is.
    for (const std::size_t edge : {255U, 256U, 257U, 258U, 260U, 261U, 65527U}) sizes.push_back(edge);
    sizes.push_back(most);
    std::sort(sizes.begin(), sizes.end());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    for (const auto size : sizes) {
        if (size > most || mismatches >= kEnough) continue;
        ++lengths;
        if (const auto problem = exact(size); problem.empty())
            largest = size;
        else if (++mismatches <= 8)
            bench.log->remark(fmt::format("length {}: {}", size, problem));
    }
    facts.put("lengths", lengths);
    facts.put("mismatches", mismatches);
    facts.put("largest", largest);
    facts.put("required", most);
    facts.put("step", step);
}

std::string unlike(const Reply& reply, ByteView expected) {
    if (reply.is(0x9000) && equal_bytes(reply.data(), expected)) return {};
    return fmt::format("{}, {} octets", hex_sw(reply), reply.data().size());
}

}  // namespace

std::optional<std::uint32_t> largest_claimed(Handle& card) {
    Bytes list;
    if (card.control(CM_IOCTL_GET_FEATURE_REQUEST, {}, list) != SCARD_S_SUCCESS) return std::nullopt;
    for (std::size_t at = 0; at + 6 <= list.size(); at += 2U + list[at + 1]) {
        if (list[at] != FEATURE_GET_TLV_PROPERTIES) continue;
        Bytes properties;
        constexpr std::uint8_t kMaxApduDataSize = 0x0A;
        if (card.control(number_at(list, at + 2), {}, properties) != SCARD_S_SUCCESS) return std::nullopt;
        for (std::size_t p = 0; p + 2 <= properties.size(); p += 2U + properties[p + 1])
            if (properties[p] == kMaxApduDataSize && p + 6 <= properties.size())  // little-endian, unlike the list
                return static_cast<std::uint32_t>(properties[p + 2] | properties[p + 3] << 8 | properties[p + 4] << 16 |
                                                  static_cast<std::uint32_t>(properties[p + 5]) << 24);
    }
    return std::nullopt;
}

void extended2(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    Reach reach;
    if (!seat.ok(facts) || !applies(seat, facts, reach)) return;
    sweep(bench, facts, std::min(reach.most, kMostAnswer), bench.quick ? 97 : 1, [&](std::size_t size) {
        // Each length has its own octet, so that an answer to another command shows.
        const auto octet = static_cast<std::uint8_t>(size % 251);
        const auto reply = seat.card.transmit(extended(0x00, static_cast<std::uint16_t>(0x0400 | octet), {}, size));
        return unlike(reply, Bytes(size, octet));
    });
}

void extended3(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    Reach reach;
    if (!seat.ok(facts) || !applies(seat, facts, reach)) return;
    sweep(bench, facts, std::min(reach.most, kMostCase3), bench.quick ? 997 : 97, [&](std::size_t size) {
        const Bytes data = patterned(size);
        const auto all = collect(seat.card, extended(0x50, 0x0100, data, 0));
        Bytes expected = big_endian(static_cast<std::uint32_t>(size));
        append(expected, big_endian(crc32(data)));
        if (all.last.is(0x9000) && all.data == expected) return std::string();
        return fmt::format("{}, {} octets", hex_sw(all.last), all.data.size());
    });
    constexpr std::size_t kTooLong = 65535;
    const auto reply = seat.card.transmit(extended(0x50, 0x0100, patterned(kTooLong), 0));
    const bool clean = reply.status != SCARD_S_SUCCESS ||
                       (reply.bytes.size() == 2 && reply.sw() >> 8 != 0x90 && reply.sw() >> 8 != 0x61);
    facts.put("too_long_status", hex_sw(reply));
    facts.put("too_long", clean ? "refused" : reply.sw() >> 8 == 0x61 ? "carried" : "cut");
    const auto next = seat.card.transmit(command(0x30, 0));
    facts.put("next", hex_sw(next));
    if (!clean || next.status == SCARD_S_SUCCESS) return;
    // vpcd gives its card up over a command that its line can't carry.
    seat.card.disconnect();
    facts.deviation("after a command that was too long the card had to be put in anew");
    if (!bench.hands->can(Deed::insert)) return;
    bench.act(Deed::insert, facts);
    facts.put("next", answers(bench) ? "9000" : "no card");
}

void extended4(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    Reach reach;
    if (!seat.ok(facts) || !applies(seat, facts, reach)) return;
    sweep(bench, facts, std::min(reach.most, kMostCase4), bench.quick ? 997 : 97, [&](std::size_t size) {
        Bytes expected = patterned(size);
        const auto reply = seat.card.transmit(extended(0x50, 0, expected, 65536));
        append(expected, big_endian(crc32(ByteView(expected))));
        return unlike(reply, expected);
    });
}

void short_only(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    if (reach_of(seat.card, facts).any)
        return facts.not_applicable("the reader carries extended lengths, or says so: cases 20-22 judge that");
    const auto reply = seat.card.transmit(extended(0x50, 0, patterned(300), 65536));
    facts.put("refusal_status", hex_sw(reply));
    const bool clean = reply.status != SCARD_S_SUCCESS || reply.is(0x6700);
    facts.put("refusal", clean ? "clean" : "success with something else");
    facts.put("next", hex_sw(seat.card.transmit(command(0x30, 0))));
}

void chaining(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    constexpr std::size_t kParts = 10, kPart = 200;
    const Bytes whole = patterned(kParts * kPart);
    std::size_t refused = 0;
    Reply last;
    for (std::size_t part = 0; part < kParts; ++part) {
        const bool final_one = part + 1 == kParts;
        auto one = command(0x50, 0x0100,
                           Bytes(whole.begin() + static_cast<std::ptrdiff_t>(part * kPart),
                                 whole.begin() + static_cast<std::ptrdiff_t>((part + 1) * kPart)),
                           final_one ? 8 : 0);
        if (!final_one) one.cla = 0x90;  // ISO/IEC 7816-4 section 5.3.3: bit 5 says that more comes
        last = seat.card.transmit(one);
        if (!last.is(0x9000)) ++refused;
    }
    facts.put("parts", kParts);
    facts.put("refused_parts", refused);
    facts.put("length", number_at(last.data(), 0));
    facts.put("crc", last.data().size() == 8 && number_at(last.data(), 4) == crc32(whole) ? "right" : "wrong");
}

}  // namespace rakit::certify
