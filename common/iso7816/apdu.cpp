#include "common/iso7816/apdu.hpp"

#include <cstdio>

#include "common/base/big_endian.hpp"

namespace rakit::iso7816 {
namespace {

constexpr std::size_t kHeader = 4;
constexpr std::size_t kMaxShortNc = 255;
constexpr std::size_t kMaxShortNe = 256;

Unexpected malformed(const char* what, std::size_t offset) {
    return fail(ErrorCode::io_failed, what, "command APDU offset " + std::to_string(offset));
}

Result<CommandApdu> parse_short(CommandApdu command, ByteView bytes) {
    const std::size_t nc = bytes[kHeader];
    if (nc == 0 || bytes.size() < kHeader + 1 + nc) return malformed("Lc does not match the length", kHeader);
    const std::size_t end = kHeader + 1 + nc;
    command.data.assign(bytes.begin() + kHeader + 1, bytes.begin() + static_cast<std::ptrdiff_t>(end));
    if (bytes.size() > end + 1) return malformed("octets after Le", end + 1);
    if (bytes.size() == end + 1) command.ne = bytes[end] == 0 ? kMaxShortNe : bytes[end];
    return command;
}

Result<CommandApdu> parse_extended(CommandApdu command, ByteView bytes) {
    command.extended = true;
    const std::size_t first = u16_at(bytes, kHeader + 1);
    const std::size_t body = kHeader + 3;
    if (bytes.size() == body) {
        command.ne = first == 0 ? 65536 : first;
        return command;
    }
    if (first == 0 || bytes.size() < body + first)
        return malformed("extended Lc does not match the length", kHeader + 1);
    const std::size_t end = body + first;
    command.data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(body),
                        bytes.begin() + static_cast<std::ptrdiff_t>(end));
    if (bytes.size() == end) return command;
    if (bytes.size() != end + 2) return malformed("extended Le is not two octets", end);
    const std::size_t ne = u16_at(bytes, end);
    command.ne = ne == 0 ? 65536 : ne;
    return command;
}

}  // namespace

std::string to_string(StatusWord sw) {
    char text[8];
    std::snprintf(text, sizeof text, "%04X", sw.value());
    return text;
}

Bytes encode(const CommandApdu& command) {
    Bytes bytes{command.cla, command.ins, command.p1, command.p2};
    const std::size_t nc = command.data.size();
    const bool extended = command.extended || nc > kMaxShortNc || command.ne > kMaxShortNe;
    if (nc == 0 && command.ne == 0) return bytes;
    if (extended) {
        bytes.push_back(0);
        if (nc > 0) append_u16(bytes, nc);
    } else if (nc > 0) {
        bytes.push_back(static_cast<std::uint8_t>(nc));
    }
    append(bytes, command.data);
    if (command.ne > 0) {
        if (extended)
            append_u16(bytes, command.ne & 0xFFFF);
        else
            bytes.push_back(static_cast<std::uint8_t>(command.ne));
    }
    return bytes;
}

Result<CommandApdu> parse_command(ByteView bytes) {
    if (bytes.size() < kHeader) return malformed("shorter than a header", bytes.size());
    CommandApdu command{bytes[0], bytes[1], bytes[2], bytes[3], {}, 0, false};
    if (bytes.size() == kHeader) return command;
    if (bytes.size() == kHeader + 1) {
        command.ne = bytes[kHeader] == 0 ? kMaxShortNe : bytes[kHeader];
        return command;
    }
    if (bytes[kHeader] == 0 && bytes.size() >= kHeader + 3) return parse_extended(std::move(command), bytes);
    return parse_short(std::move(command), bytes);
}

Bytes encode(const ResponseApdu& response) {
    Bytes bytes = response.data;
    append_u16(bytes, response.sw.value());
    return bytes;
}

Result<ResponseApdu> parse_response(ByteView bytes) {
    if (bytes.size() < 2)
        return fail(ErrorCode::card_removed,
                    "an answer of " + std::to_string(bytes.size()) + " octets has no status word");
    ResponseApdu response;
    response.data.assign(bytes.begin(), bytes.end() - 2);
    response.sw = StatusWord(u16_at(bytes, bytes.size() - 2));
    return response;
}

std::string header_line(const CommandApdu& command) {
    char text[64];
    std::snprintf(text, sizeof text, "%02X %02X %02X %02X", command.cla, command.ins, command.p1, command.p2);
    std::string line = text;
    if (!command.data.empty()) line += " Lc=" + std::to_string(command.data.size());
    if (command.ne > 0) line += " Le=" + std::to_string(command.ne);
    return line;
}

}  // namespace rakit::iso7816
