#include "mock_cm/core/ber.hpp"

#include <optional>

#include "common/iso7816/tlv.hpp"
#include "mock_cm/core/cmc_syntax.hpp"

namespace rakit::cm {
namespace {

constexpr int kDeepest = 64;
constexpr std::uint8_t kConstructed = 0x20, kIndefinite = 0x80;
constexpr std::uint8_t kConstructedOctets = kOctetString | kConstructed;

/// Head is tag and length of a value; no length: indefinite.
struct Head {
    std::uint32_t tag = 0;
    bool constructed = false;
    std::size_t size = 0;
    std::optional<std::size_t> length;
};

std::optional<Head> head_of(ByteView octets) {
    Head head;
    std::size_t at = 0;
    const auto next = [&]() -> std::optional<std::uint8_t> {
        if (at == octets.size()) return std::nullopt;
        return octets[at++];
    };
    const auto first = next();
    if (!first) return std::nullopt;
    head.tag = *first;
    head.constructed = (*first & kConstructed) != 0;
    for (bool more = (*first & 0x1F) == 0x1F; more;) {
        const auto octet = next();
        if (!octet || at > 3) return std::nullopt;
        head.tag = head.tag << 8 | *octet;
        more = (*octet & 0x80) != 0;
    }
    const auto length = next();
    if (!length || *length == 0xFF) return std::nullopt;
    std::size_t value = *length & 0x7F;
    if (*length > kIndefinite) {
        const std::size_t count = value;
        value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto octet = next();
            if (!octet || value >> 40 != 0) return std::nullopt;
            value = value << 8 | *octet;
        }
    }
    head.size = at;
    if (*length != kIndefinite) head.length = value;
    if (head.length && *head.length > octets.size() - at) return std::nullopt;
    if (!head.length && !head.constructed) return std::nullopt;
    return head;
}

/// convert takes one value off `rest` and appends its definite form; false if it can't be read.
bool convert(ByteView& rest, Bytes& out, int depth);

/// convert_contents takes values until the end, or until the end-of-contents octets of an indefinite length.
bool convert_contents(ByteView& rest, bool indefinite, Bytes& out, int depth) {
    while (!rest.empty()) {
        if (indefinite && rest.size() >= 2 && rest[0] == 0 && rest[1] == 0) {
            rest = rest.subspan(2);
            return true;
        }
        if (!convert(rest, out, depth)) return false;
    }
    return !indefinite;
}

/// joined puts the segments of a constructed OCTET STRING together.
std::optional<Bytes> joined(const Bytes& segments) {
    Bytes whole;
    iso7816::TlvReader reader(segments);
    while (!reader.at_end()) {
        const auto one = reader.read(kOctetString);
        if (!one) return std::nullopt;
        append(whole, one->value);
    }
    return whole;
}

bool convert(ByteView& rest, Bytes& out, int depth) {
    const auto head = head_of(rest);
    if (!head || depth > kDeepest) return false;
    rest = rest.subspan(head->size);
    Bytes contents;
    if (head->constructed) {
        ByteView inside = head->length ? rest.first(*head->length) : rest;
        if (!convert_contents(inside, !head->length, contents, depth + 1)) return false;
        rest = head->length ? rest.subspan(*head->length) : inside;
    } else {
        contents.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(*head->length));
        rest = rest.subspan(*head->length);
    }
    std::uint32_t tag = head->tag;
    if (tag == kConstructedOctets) {
        auto whole = joined(contents);
        if (!whole) return false;
        contents = *std::move(whole);
        tag = kOctetString;
    }
    append(out, iso7816::TlvWriter().put(tag, contents).bytes());
    return true;
}

}  // namespace

Result<Bytes> definite_lengths(ByteView ber) {
    Bytes der;
    ByteView rest = ber;
    if (!convert(rest, der, 0) || !rest.empty())
        return fail(ErrorCode::request_malformed, "not one BER value",
                    "offset " + std::to_string(ber.size() - rest.size()));
    return der;
}

}  // namespace rakit::cm
