#include "virtual_cards/reader/pin_block.hpp"

namespace rakit::reader {
namespace {

constexpr std::size_t kHeader = 5;  // CLA INS P1 P2 Lc
constexpr std::size_t kMaxCommand = 260;
constexpr std::size_t kVerifyFixed = 19;
constexpr std::size_t kModifyFixed = 24;

/// Fields reads a packed little-endian structure from its start.
class Fields {
public:
    explicit Fields(ByteView octets) : x_rest(octets) {}
    /// next is a number of up to four octets.
    std::uint32_t next(std::size_t octets) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < octets; ++i) value |= static_cast<std::uint32_t>(x_rest[i]) << (8 * i);
        x_rest = x_rest.subspan(octets);
        return value;
    }
    void skip(std::size_t octets) { x_rest = x_rest.subspan(octets); }
    ByteView rest() const { return x_rest; }

private:
    ByteView x_rest;
};

PinFormat format_of(std::uint32_t format, std::uint32_t block, std::uint32_t length) {
    PinFormat out;
    out.code = (format & 3) == 0   ? PinFormat::Code::binary
               : (format & 3) == 1 ? PinFormat::Code::bcd
                                   : PinFormat::Code::ascii;
    out.right = (format & 0x04) != 0;
    out.position = ((format >> 3) & 0x0F) * ((format & 0x80) != 0 ? 8 : 1);
    out.block = block & 0x0F;
    out.length_bits = block >> 4;
    out.length_position = (length & 0x0F) * ((length & 0x10) != 0 ? 8 : 1);
    return out;
}

/// take_command takes ulDataLength and abData; false if they aren't a short command with data.
bool take_command(Fields& fields, PinRequest& request) {
    const auto size = fields.next(4);
    if (size != fields.rest().size() || size < kHeader || size > kMaxCommand) return false;
    request.command.assign(fields.rest().begin(), fields.rest().end());
    return true;
}

void put_bits(Bytes& octets, std::size_t at, std::size_t count, unsigned value) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto mask = static_cast<std::uint8_t>(0x80 >> ((at + i) % 8));
        auto& octet = octets[(at + i) / 8];
        const bool one = ((value >> (count - 1 - i)) & 1) != 0;
        octet = static_cast<std::uint8_t>(one ? octet | mask : octet & ~mask);
    }
}

std::size_t bits_of(PinFormat::Code code) { return code == PinFormat::Code::bcd ? 4 : 8; }

unsigned code_of(PinFormat::Code code, char digit) {
    const auto value = static_cast<unsigned>(digit - '0');
    return code == PinFormat::Code::ascii ? 0x30 + value : value;
}

}  // namespace

std::optional<PinRequest> parse_verify(ByteView structure) {
    if (structure.size() < kVerifyFixed) return std::nullopt;
    Fields fields(structure);
    PinRequest request;
    request.first_seconds = fields.next(1);
    request.next_seconds = fields.next(1);
    const auto format = fields.next(1);
    const auto block = fields.next(1);
    request.format = format_of(format, block, fields.next(1));
    request.max_digits = fields.next(1);
    request.min_digits = fields.next(1);
    request.ends_at_max = (fields.next(1) & 1) != 0;
    fields.skip(1 + 2 + 1 + 3);  // messages: the pad has its own
    if (!take_command(fields, request)) return std::nullopt;
    return request;
}

std::optional<PinRequest> parse_modify(ByteView structure) {
    if (structure.size() < kModifyFixed) return std::nullopt;
    Fields fields(structure);
    PinRequest request;
    request.modify = true;
    request.first_seconds = fields.next(1);
    request.next_seconds = fields.next(1);
    const auto format = fields.next(1);
    const auto block = fields.next(1);
    request.format = format_of(format, block, fields.next(1));
    request.old_offset = fields.next(1);
    request.new_offset = fields.next(1);
    request.max_digits = fields.next(1);
    request.min_digits = fields.next(1);
    const auto confirm = fields.next(1);
    request.asks_twice = (confirm & 1) != 0;
    request.asks_old = (confirm & 2) != 0;
    request.ends_at_max = (fields.next(1) & 1) != 0;
    fields.skip(1 + 2 + 3);
    fields.skip(3);
    if (!take_command(fields, request)) return std::nullopt;
    return request;
}

bool put_pin(Bytes& command, const PinFormat& format, std::size_t offset, const std::string& digits) {
    const auto width = bits_of(format.code);
    const auto bits = digits.size() * width;
    const auto block = format.block != 0 ? format.block * 8 : (bits + 7) / 8 * 8;
    if (bits > block) return false;
    Bytes data(command.begin() + kHeader, command.end());
    const auto start = format.position + 8 * offset;
    const auto end = (start + block + 7) / 8;
    if (data.size() < end) data.resize(end, 0xFF);
    if (data.size() > 255 || format.length_position + format.length_bits > 8 * data.size()) return false;
    auto at = start + (format.right ? block - bits : 0);
    for (const char digit : digits) {
        put_bits(data, at, width, code_of(format.code, digit));
        at += width;
    }
    if (format.length_bits != 0)
        put_bits(data, format.length_position, format.length_bits, static_cast<unsigned>(digits.size()));
    command.resize(kHeader);
    command[kHeader - 1] = static_cast<std::uint8_t>(data.size());
    append(command, data);
    return true;
}

}  // namespace rakit::reader
