#include "certify/reader/tester_card.hpp"

namespace rakit::certify {
namespace {

constexpr std::uint8_t kOwn[] = {0xF0, 'R', 'A', 'K', 'I', 'T', 0x01};
constexpr std::uint8_t kHandler[] = {0xA0, 0x00, 0x00, 0x00, 0x18, 0xFF};
constexpr std::uint8_t kClass = 0x80, kCounters = 0x56, kStamp = 0x58;
constexpr int kMostSteps = 300;

bool select(Handle& handle, ByteView aid) {
    iso7816::CommandApdu select{0x00, 0xA4, 0x04, 0x00, Bytes(aid.begin(), aid.end()), 0, false};
    return handle.transmit(select).is(0x9000);
}

}  // namespace

bool select_own(Handle& handle) { return select(handle, kOwn); }
bool select_handler(Handle& handle) { return select(handle, kHandler); }

iso7816::CommandApdu command(std::uint8_t ins, std::uint16_t p1p2, Bytes data, std::size_t ne) {
    return {kClass, ins,  static_cast<std::uint8_t>(p1p2 >> 8), static_cast<std::uint8_t>(p1p2), std::move(data),
            ne,     false};
}

std::uint32_t crc32(ByteView data) {
    std::uint32_t value = ~0U;
    for (const auto octet : data) {
        value ^= octet;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1 ^ 0xEDB88320U : value >> 1;
    }
    return ~value;
}

Bytes counting(std::size_t size) {
    Bytes octets(size);
    for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i);
    return octets;
}

Bytes patterned(std::size_t size) {
    constexpr std::size_t kPeriod = 251;
    Bytes octets(size);
    for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i % kPeriod);
    return octets;
}

Bytes big_endian(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
            static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

std::uint32_t number_at(ByteView data, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t i = offset; i < offset + 4 && i < data.size(); ++i) value = value << 8 | data[i];
    return value;
}

std::optional<Counters> counters(Handle& handle) {
    constexpr std::size_t kSize = 24;
    const auto reply = handle.transmit(command(kCounters, 0, {}, kSize));
    if (!reply.is(0x9000) || reply.data().size() != kSize) return std::nullopt;
    const auto at = [&](std::size_t index) { return number_at(reply.data(), 4 * index); };
    return Counters{at(0), at(1), at(2), at(3), at(4), at(5)};
}

std::optional<std::uint32_t> stamp(Handle& handle, ByteView data) {
    const auto reply = handle.transmit(command(kStamp, 0, Bytes(data.begin(), data.end()), 4 + data.size()));
    if (!reply.is(0x9000) || reply.data().size() != 4 + data.size()) return std::nullopt;
    if (!equal_bytes(reply.data().subspan(4), data)) return std::nullopt;
    return number_at(reply.data(), 0);
}

Collected collect(Handle& handle, const iso7816::CommandApdu& first) {
    Collected all;
    all.last = handle.transmit(first);
    append(all.data, all.last.data());
    while (all.last.status == SCARD_S_SUCCESS && all.last.sw() >> 8 == 0x61 && all.steps < kMostSteps) {
        const std::size_t wanted = (all.last.sw() & 0xFF) == 0 ? 256 : all.last.sw() & 0xFF;
        all.last = handle.transmit(iso7816::CommandApdu{0x00, 0xC0, 0x00, 0x00, {}, wanted, false});
        append(all.data, all.last.data());
        ++all.steps;
    }
    return all;
}

}  // namespace rakit::certify
