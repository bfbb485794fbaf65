#include "common/iso7816/atr.hpp"

namespace rakit::iso7816 {
namespace {

constexpr std::size_t kMaxAtr = 33;

Unexpected malformed(const std::string& what, std::size_t offset) {
    return fail(ErrorCode::card_unsupported, what, "ATR offset " + std::to_string(offset));
}

int count_bits(std::uint8_t nibble) {
    int n = 0;
    for (; nibble != 0; nibble = static_cast<std::uint8_t>(nibble >> 1)) n += nibble & 1;
    return n;
}

}  // namespace

Result<Atr> parse_atr(ByteView bytes) {
    if (bytes.size() < 2 || bytes.size() > kMaxAtr)
        return malformed("an ATR has 2 to 33 octets, this one " + std::to_string(bytes.size()), 0);
    if (bytes[0] != 0x3B && bytes[0] != 0x3F) return malformed("TS is neither 3B nor 3F", 0);
    Atr atr{Bytes(bytes.begin(), bytes.end()), {}, bytes[0] == 0x3B, false, false};
    const std::size_t historical = bytes[1] & 0x0F;
    std::size_t at = 2;
    std::uint8_t present = bytes[1] >> 4;  // Y1: which of TA TB TC TD follow
    bool only_t0 = true;
    for (;;) {
        const bool td_present = (present & 0x8) != 0;
        at += static_cast<std::size_t>(count_bits(present));
        if (at > bytes.size()) return malformed("interface bytes are missing", bytes.size());
        if (!td_present) break;
        const std::uint8_t td = bytes[at - 1];
        const int protocol = td & 0x0F;
        atr.t0 = atr.t0 || protocol == 0;
        atr.t1 = atr.t1 || protocol == 1;
        only_t0 = only_t0 && protocol == 0;
        present = td >> 4;
    }
    if (!atr.t0 && !atr.t1) atr.t0 = true;  // no TD1: T=0 (section 8.2.3)
    const std::size_t size = at + historical + (only_t0 ? 0 : 1);
    if (bytes.size() != size)
        return malformed("announces " + std::to_string(size) + " octets, has " + std::to_string(bytes.size()), at);
    atr.historical.assign(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                          bytes.begin() + static_cast<std::ptrdiff_t>(at + historical));
    if (!only_t0) {
        std::uint8_t check = 0;
        for (std::size_t i = 1; i < bytes.size(); ++i) check ^= bytes[i];
        if (check != 0) return malformed("TCK is wrong", bytes.size() - 1);
    }
    return atr;
}

std::optional<Bytes> named_application(ByteView atr) {
    constexpr std::uint8_t kCompactTlv = 0x80, kCompactTlvWithStatus = 0x00, kApplication = 0xF;
    const auto parsed = parse_atr(atr);
    if (!parsed || parsed->historical.empty()) return std::nullopt;
    const auto category = parsed->historical[0];
    if (category != kCompactTlv && category != kCompactTlvWithStatus) return std::nullopt;
    ByteView rest = ByteView(parsed->historical).subspan(1);
    while (!rest.empty()) {
        const std::size_t size = rest[0] & 0x0F;
        if (rest.size() < size + 1) return std::nullopt;
        const auto value = rest.subspan(1, size);
        if (rest[0] >> 4 == kApplication) return Bytes(value.begin(), value.end());
        rest = rest.subspan(size + 1);
    }
    return std::nullopt;
}

}  // namespace rakit::iso7816
