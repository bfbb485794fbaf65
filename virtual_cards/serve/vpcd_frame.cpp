#include "virtual_cards/serve/vpcd_frame.hpp"

#include <cstdlib>

#include "common/base/big_endian.hpp"

namespace rakit::cards {
namespace {

constexpr std::size_t kPrefix = 2;

}  // namespace

VpcdMessage classify(ByteView payload) {
    if (payload.size() != 1) return VpcdMessage::command;
    switch (payload[0]) {
        case 0x00: return VpcdMessage::power_off;
        case 0x01: return VpcdMessage::power_on;
        case 0x02: return VpcdMessage::reset;
        case 0x04: return VpcdMessage::get_atr;
        default: return VpcdMessage::command;
    }
}

Bytes frame(ByteView payload) {
    if (payload.size() > kMaxVpcdPayload) std::abort();
    Bytes octets;
    octets.reserve(kPrefix + payload.size());
    append_u16(octets, payload.size());
    append(octets, payload);
    return octets;
}

void VpcdStream::feed(ByteView octets) {
    if (x_taken > 0) {
        x_pending.erase(x_pending.begin(), x_pending.begin() + static_cast<std::ptrdiff_t>(x_taken));
        x_taken = 0;
    }
    append(x_pending, octets);
}

std::optional<Bytes> VpcdStream::next() {
    const ByteView rest = ByteView(x_pending).subspan(x_taken);
    if (rest.size() < kPrefix) return std::nullopt;
    const std::size_t length = u16_at(rest, 0);
    if (rest.size() < kPrefix + length) return std::nullopt;
    const auto payload = rest.subspan(kPrefix, length);
    x_taken += kPrefix + length;
    return Bytes(payload.begin(), payload.end());
}

}  // namespace rakit::cards
