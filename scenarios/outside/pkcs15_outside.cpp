#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/big_endian.hpp"
#include "common/iso7816/tlv.hpp"
#include "scenarios/outside/card_outside.hpp"

namespace rakit::scenarios {
namespace {

using iso7816::find_tlv;
using nlohmann::json;

constexpr std::uint8_t kSelect = 0xA4, kReadBinary = 0xB0, kGetData = 0xCA;
constexpr std::uint8_t kOwnData = 0x01;  // P1 of MyEID's GET DATA
constexpr std::uint8_t kModulus = 0x01, kExponent = 0x02, kPoint = 0x86, kInformation = 0xA0, kList = 0xA1;
// File descriptor octets (MyEID reference manual, file control parameters).
constexpr std::uint8_t kTransparent = 0x01, kRsaKey = 0x11, kEcKey = 0x22, kFolder = 0x38;
constexpr std::size_t kSerialAt = 8, kSerialSize = 10;  // in the card information
constexpr std::uint8_t kLastPin = 14;
constexpr std::size_t kDeepest = 8;

/// FileWalk goes through all files that the card lists.
class FileWalk {
public:
    explicit FileWalk(const CardChannel& card) : x_card(card) {}

    /// folder reads what the folder at `path`, "3F00...", lists; false: it gives no list.
    Result<bool> folder(const std::string& path) {
        const auto there = select(path);
        if (!there) return Unexpected{Error(there.error())};
        if (!*there) return false;
        const auto list = x_card.get(kGetData, kOwnData, kList);
        if (!list) return Unexpected{Error(list.error())};
        if (!list->sw.ok() || list->data.size() % 2 != 0) return false;
        for (std::size_t at = 0; at < list->data.size(); at += 2)
            if (auto done = file(path + to_hex(ByteView(list->data).subspan(at, 2))); !done)
                return Unexpected{std::move(done).error()};
        return true;
    }
    json take() { return std::move(x_files); }

private:
    /// select gives the file control parameters (ISO/IEC 7816-4 section 7.1.1), nothing where there is no such file.
    Result<std::optional<Bytes>> select(const std::string& path) {
        // By path from the MF, which itself is named by its identifier.
        const bool root = path.size() == 4;
        const auto name = *from_hex(root ? path : path.substr(4));
        const auto answer = x_card.send(
            {0x00, kSelect, static_cast<std::uint8_t>(root ? 0x00 : 0x08), 0x00, name, CardChannel::kLongest});
        if (!answer) return Unexpected{Error(answer.error())};
        const auto fcp = answer->sw.ok() ? find_tlv(answer->data, 0x6F) : std::nullopt;
        if (!fcp) return std::optional<Bytes>();
        return std::optional(Bytes(fcp->value.begin(), fcp->value.end()));
    }

    Result<void> file(const std::string& path) {
        const auto found = select(path);
        if (!found) return Unexpected{Error(found.error())};
        if (!*found) return fail(ErrorCode::card_content_invalid, "a file that is listed can't be selected", path);
        const auto text = [&](std::uint32_t tag) {
            const auto part = find_tlv(**found, tag);
            return part ? to_hex(part->value) : std::string();
        };
        const auto descriptor = find_tlv(**found, 0x82);
        const std::uint8_t kind = descriptor && !descriptor->value.empty() ? descriptor->value[0] : 0;
        auto size = find_tlv(**found, 0x80);
        if (!size) size = find_tlv(**found, 0x81);
        json entry = {{"path", path}, {"kind", text(0x82)}, {"acl", text(0x86)}, {"name", text(0x84)}};
        if (kind != kFolder && size && size->value.size() == 2) entry["size"] = u16_at(size->value, 0);
        auto read = kind == kTransparent ? content(entry) : key(kind, entry);
        if (!read) return Unexpected{std::move(read).error().in(path)};
        x_files.push_back(std::move(entry));
        if (kind != kFolder || path.size() / 4 > kDeepest) return {};
        const auto below = folder(path);
        return below ? Result<void>() : Unexpected{Error(below.error())};
    }

    Result<void> content(json& entry) {
        const std::size_t size = entry.value("size", std::size_t{0});
        Bytes octets;
        while (octets.size() < size) {
            const auto at = octets.size();
            const auto part = x_card.send({0x00,
                                           kReadBinary,
                                           static_cast<std::uint8_t>(at >> 8),
                                           static_cast<std::uint8_t>(at),
                                           {},
                                           std::min(size - at, CardChannel::kLongest)});
            if (!part) return Unexpected{Error(part.error())};
            if (!part->sw.ok() || part->data.empty()) {
                // Not for everybody's eyes: that it is so is part of what the card shows.
                entry["unreadable"] = to_hex(Bytes{part->sw.sw1(), part->sw.sw2()});
                return {};
            }
            append(octets, part->data);
        }
        entry["content"] = to_hex(octets);
        return {};
    }

    Result<void> key(std::uint8_t kind, json& entry) {
        if (kind == kRsaKey) {
            const auto modulus = x_card.get(kGetData, kOwnData, kModulus);
            const auto exponent = modulus ? x_card.get(kGetData, kOwnData, kExponent) : modulus;
            if (!exponent) return Unexpected{Error(exponent.error())};
            if (modulus->sw.ok() && exponent->sw.ok())
                entry["spki"] = to_hex(public_key_of(modulus->data, exponent->data));
        } else if (kind == kEcKey) {
            const auto point = x_card.get(kGetData, kOwnData, kPoint);
            if (!point) return Unexpected{Error(point.error())};
            const auto octets = point->sw.ok() ? find_tlv(point->data, kPoint) : std::nullopt;
            if (octets) entry["spki"] = to_hex(public_key_of(octets->value));
        }
        return {};
    }

    const CardChannel& x_card;
    json x_files = json::array();
};

}  // namespace

Result<std::optional<json>> read_pkcs15_outside(const CardChannel& card) {
    FileWalk walk(card);
    const auto listed = walk.folder("3F00");
    if (!listed) return Unexpected{Error(listed.error())};
    if (!*listed) return std::optional<json>();
    const auto information = card.get(kGetData, kOwnData, kInformation);
    if (!information) return Unexpected{Error(information.error())};
    if (!information->sw.ok() || information->data.size() < kSerialAt + kSerialSize)
        return fail(ErrorCode::card_content_invalid, "the card doesn't tell its serial number", "GET DATA 01A0");
    json pins = json::array();
    for (std::uint8_t reference = 1; reference <= kLastPin; ++reference) {
        const auto tries = card.tries_left(reference);
        if (!tries) return Unexpected{Error(tries.error())};
        if (*tries) pins.push_back({{"reference", reference}, {"tries", **tries}});
    }
    return std::optional(json{{"profile", "pkcs15"},
                              {"serial", to_hex(ByteView(information->data).subspan(kSerialAt, kSerialSize))},
                              {"pins", std::move(pins)},
                              {"files", walk.take()}});
}

}  // namespace rakit::scenarios
