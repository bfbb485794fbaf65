#include "common/iso7816/tlv.hpp"

#include <string>

#include "common/base/big_endian.hpp"

namespace rakit::iso7816 {
namespace {

struct Head {
    std::uint32_t tag;
    std::size_t size;    // of tag and length octets
    std::size_t length;  // of the value
};

std::optional<std::size_t> tag_size(ByteView bytes) {
    if (bytes.empty()) return std::nullopt;
    if ((bytes[0] & 0x1F) != 0x1F) return 1;
    for (std::size_t i = 1; i < 3; ++i) {
        if (i >= bytes.size()) return std::nullopt;
        if ((bytes[i] & 0x80) == 0) return i + 1;
    }
    return std::nullopt;
}

std::optional<Head> head(ByteView bytes) {
    const auto tags = tag_size(bytes);
    if (!tags || *tags >= bytes.size()) return std::nullopt;
    const std::uint32_t tag = number_in(bytes.first(*tags));
    const std::uint8_t first = bytes[*tags];
    if (first < 0x80) return Head{tag, *tags + 1, first};
    const std::size_t octets = first & 0x7F;
    if (octets == 0 || octets > 4 || *tags + 1 + octets > bytes.size()) return std::nullopt;
    return Head{tag, *tags + 1 + octets, number_in(bytes.subspan(*tags + 1, octets))};
}

void append_tag(Bytes& bytes, std::uint32_t tag) {
    for (int shift = 24; shift > 0; shift -= 8)
        if (tag >> shift != 0) bytes.push_back(static_cast<std::uint8_t>(tag >> shift));
    bytes.push_back(static_cast<std::uint8_t>(tag));
}

void append_length(Bytes& bytes, std::size_t length) {
    if (length < 0x80) {
        bytes.push_back(static_cast<std::uint8_t>(length));
        return;
    }
    int octets = 1;
    while (length >> (8 * octets) != 0) ++octets;
    bytes.push_back(static_cast<std::uint8_t>(0x80 | octets));
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(length >> shift));
}

}  // namespace

bool Tlv::constructed() const { return !whole.empty() && (whole[0] & 0x20) != 0; }

std::optional<std::uint32_t> TlvReader::peek_tag() const {
    const auto tags = tag_size(x_rest);
    if (!tags) return std::nullopt;
    return number_in(x_rest.first(*tags));
}

Result<Tlv> TlvReader::read() {
    const auto next = head(x_rest);
    if (!next) return fail(ErrorCode::card_content_invalid, "no data object", "offset " + std::to_string(offset()));
    if (next->length > x_rest.size() - next->size)
        return fail(ErrorCode::card_content_invalid,
                    "a data object of " + std::to_string(next->length) + " octets does not fit the " +
                        std::to_string(x_rest.size() - next->size) + " that are left",
                    "offset " + std::to_string(offset()));
    const Tlv tlv{next->tag, x_rest.subspan(next->size, next->length), x_rest.first(next->size + next->length)};
    x_rest = x_rest.subspan(tlv.whole.size());
    return tlv;
}

Result<Tlv> TlvReader::read(std::uint32_t tag) {
    if (peek_tag() != tag) {
        char text[16];
        std::snprintf(text, sizeof text, "%02X", tag);
        return fail(ErrorCode::card_content_invalid, std::string("expected tag ") + text,
                    "offset " + std::to_string(offset()));
    }
    return read();
}

std::optional<Tlv> TlvReader::read_optional(std::uint32_t tag) {
    if (peek_tag() != tag) return std::nullopt;
    auto tlv = read();
    if (!tlv) return std::nullopt;
    return *tlv;
}

void TlvReader::skip_padding() {
    while (!x_rest.empty() && x_rest[0] == 0) x_rest = x_rest.subspan(1);
}

std::optional<Tlv> find_tlv(ByteView bytes, std::uint32_t tag) {
    TlvReader reader(bytes);
    while (!reader.at_end()) {
        auto tlv = reader.read();
        if (!tlv) return std::nullopt;
        if (tlv->tag == tag) return *tlv;
    }
    return std::nullopt;
}

TlvWriter& TlvWriter::put(std::uint32_t tag, ByteView value) {
    append_tag(x_bytes, tag);
    append_length(x_bytes, value.size());
    append(x_bytes, value);
    return *this;
}

TlvWriter& TlvWriter::raw(ByteView encoded) {
    append(x_bytes, encoded);
    return *this;
}

}  // namespace rakit::iso7816
