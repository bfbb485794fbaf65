// The commands of HandlerTest's applet, and the two of the PC/SC Workgroup's test cards that its scripts use for
// extended lengths. Written from their documentation and behaviour; nothing is copied.
#include <algorithm>

#include "virtual_cards/applets/tester/applet.hpp"

namespace rakit::cards::tester {
namespace {

namespace sw = iso7816::sw;
using iso7816::ResponseApdu;

constexpr std::size_t kPatternSize = 256;
constexpr std::size_t kMaxShortData = 255;

/// pattern is 00 01 02 …, `size` octets.
Bytes pattern(std::size_t size) {
    Bytes octets(size);
    for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i);
    return octets;
}

/// not_counting gives 6A00 and the place of the first octet that isn't first, first + 1, …; 9000 if all are.
iso7816::StatusWord not_counting(ByteView data, std::uint8_t first) {
    for (std::size_t i = 0; i < data.size(); ++i)
        if (data[i] != static_cast<std::uint8_t>(first + i))
            return iso7816::StatusWord(static_cast<std::uint16_t>(0x6A00 | (i & 0xFF)));
    return sw::kOk;
}

std::size_t wanted(const iso7816::CommandApdu& command) {
    return static_cast<std::size_t>(command.p1) << 8 | command.p2;
}

ResponseApdu give(const iso7816::CommandApdu& command, bool exactly) {
    const auto size = wanted(command);
    if (size > kPatternSize) return {{}, sw::kIncorrectP1P2};
    if (exactly && command.ne != size) return {{}, sw::kWrongLength};
    return {pattern(size), sw::kOk};
}

ResponseApdu take(const iso7816::CommandApdu& command) {
    if (command.data.empty()) return {{}, sw::kWrongLength};
    return {{}, not_counting(command.data, 0)};
}

ResponseApdu take_and_give(const iso7816::CommandApdu& command, bool may_be_empty) {
    if (command.data.empty() && !may_be_empty) return {{}, sw::kWrongLength};
    if (wanted(command) > kPatternSize) return {{}, sw::kIncorrectP1P2};
    if (const auto status = not_counting(command.data, 0); !status.ok()) return {{}, status};
    return {pattern(wanted(command)), sw::kOk};
}

}  // namespace

ResponseApdu TesterApplet::handler_test(const Command& command) {
    constexpr std::uint8_t kFirstDigit = '1';
    switch (command.ins) {
        case 0x30: return {{}, command.data.empty() ? sw::kOk : sw::kWrongLength};
        case 0x21:
        case 0x32:
        case 0x3A: return take(command);
        case 0x22:
        case 0x34: return give(command, true);
        case 0x3C: return give(command, false);
        case 0x23:
        case 0x36: return take_and_give(command, false);
        case 0x3E: return take_and_give(command, true);
        case 0x38: waited(std::chrono::milliseconds(100) * command.p2); return {{}, sw::kOk};
        case 0x20:
            if (command.data.empty() || command.data.size() > kMaxShortData) return {{}, sw::kWrongLength};
            x_last_verify = {command.cla, command.ins, command.p1, command.p2,
                             static_cast<std::uint8_t>(command.data.size())};
            append(x_last_verify, command.data);
            return {{}, not_counting(command.data, kFirstDigit)};
        case 0x40: return dump(command);
        case 0x00:
        case 0x12: return workgroup(command);
        default: return {{}, sw::kInsNotSupported};
    }
}

ResponseApdu TesterApplet::dump(const Command& command) const {
    if (!command.data.empty()) return {{}, sw::kWrongLength};
    return {x_last_verify, sw::kOk};
}

// `80 00 04 v` gives Le octets v; `80 12 01 80` takes octets that count modulo 256.
ResponseApdu TesterApplet::workgroup(const Command& command) const {
    constexpr std::size_t kMost = 65533;
    if (command.ins == 0x00) {
        if (command.p1 != 0x04) return {{}, sw::kIncorrectP1P2};
        if (!command.data.empty()) return {{}, sw::kWrongLength};
        return {Bytes(std::min(command.ne, kMost), command.p2), sw::kOk};
    }
    if (command.p1 != 0x01 || command.p2 != 0x80) return {{}, sw::kIncorrectP1P2};
    return take(command);
}

}  // namespace rakit::cards::tester
