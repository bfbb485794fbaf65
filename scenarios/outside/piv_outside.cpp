#include <map>
#include <nlohmann/json.hpp>

#include "common/iso7816/tlv.hpp"
#include "common/x509/certificate.hpp"
#include "scenarios/outside/card_outside.hpp"

namespace rakit::scenarios {
namespace {

using iso7816::find_tlv;
using nlohmann::json;

constexpr std::uint8_t kSelect = 0xA4, kGetData = 0xCB, kMetadata = 0xF7;
constexpr std::uint8_t kPin = 0x80;
constexpr std::uint32_t kChuid = 0x5FC102, kFirstObject = 0x5FC101, kLastObject = 0x5FC123, kDiscovery = 0x7E,
                        kBiometricGroup = 0x7F61, kAttestation = 0x5FFF01;
constexpr std::uint32_t kValue = 0x53, kGuid = 0x34, kCertificate = 0x70;

std::string name_of(std::uint32_t tag) {
    Bytes octets;
    for (int shift = 16; shift >= 0; shift -= 8)
        if (!octets.empty() || (tag >> shift & 0xFFU) != 0) octets.push_back(static_cast<std::uint8_t>(tag >> shift));
    return to_hex(octets);
}

/// slots are the keys that certificates stand for: 9A, 9C, 9D, 9E, the retired ones (SP 800-73-4 part 1, table 4b), and
/// the makers' own that attests the others.
std::vector<std::pair<std::uint8_t, std::uint32_t>> slots() {
    std::vector<std::pair<std::uint8_t, std::uint32_t>> all{
        {0x9A, 0x5FC105}, {0x9C, 0x5FC10A}, {0x9D, 0x5FC10B}, {0x9E, 0x5FC101}, {0xF9, kAttestation}};
    for (std::uint8_t i = 0; i < 20; ++i) all.emplace_back(0x82 + i, 0x5FC10D + i);
    return all;
}

class PivReading {
public:
    explicit PivReading(const CardChannel& card) : x_card(card) {}

    Result<json> read() {
        std::vector<std::uint32_t> tags{kDiscovery, kBiometricGroup, kAttestation};
        for (auto tag = kFirstObject; tag <= kLastObject; ++tag) tags.push_back(tag);
        for (const auto tag : tags)
            if (auto done = object(tag); !done) return Unexpected{std::move(done).error()};
        for (const auto& [slot, tag] : slots())
            if (auto done = key(slot, tag); !done) return Unexpected{std::move(done).error()};
        const auto guid = find_tlv(x_contents[kChuid], kGuid);
        if (!guid)
            return fail(ErrorCode::card_content_invalid, "the card tells no GUID", "cardholder unique identifier");
        const auto tries = x_card.tries_left(kPin);
        if (!tries) return Unexpected{Error(tries.error())};
        json pins = json::array();
        if (*tries) pins.push_back({{"reference", kPin}, {"tries", **tries}});
        return json{{"profile", "piv"},
                    {"serial", to_hex(guid->value)},
                    {"pins", std::move(pins)},
                    {"objects", x_objects},
                    {"keys", x_keys}};
    }

private:
    Result<void> object(std::uint32_t tag) {
        const auto name = *from_hex(name_of(tag));
        const auto wish = iso7816::TlvWriter().put(0x5C, name).bytes();
        const auto answer = x_card.send({0x00, kGetData, 0x3F, 0xFF, wish, CardChannel::kLongest});
        if (!answer) return Unexpected{Error(answer.error())};
        if (!answer->sw.ok()) return {};
        const auto value = find_tlv(answer->data, kValue);
        const ByteView content = value ? value->value : ByteView(answer->data);
        x_contents[tag] = Bytes(content.begin(), content.end());
        x_objects.push_back({{"tag", name_of(tag)}, {"content", to_hex(content)}});
        return {};
    }

    /// key asks for a key's public half as makers' cards tell it, else takes it from its certificate: no other way
    /// shows it.
    Result<void> key(std::uint8_t slot, std::uint32_t tag) {
        const auto told = x_card.get(kMetadata, 0x00, slot);
        if (!told) return Unexpected{Error(told.error())};
        Bytes spki;
        if (told->sw.ok()) {
            spki = of_metadata(told->data);
        } else if (const auto found = x_contents.find(tag); found != x_contents.end()) {
            const auto value = find_tlv(found->second, kCertificate);
            const auto certificate = value ? x509::Certificate::parse(value->value)
                                           : Result<x509::Certificate>(fail(ErrorCode::card_content_invalid, ""));
            if (certificate) spki = certificate->spki();
        }
        if (!spki.empty()) x_keys.push_back({{"slot", to_hex(Bytes{slot})}, {"spki", to_hex(spki)}});
        return {};
    }

    static Bytes of_metadata(ByteView metadata) {
        const auto fields = find_tlv(metadata, 0x04);
        if (!fields) return {};
        if (const auto point = find_tlv(fields->value, 0x86)) return public_key_of(point->value);
        const auto modulus = find_tlv(fields->value, 0x81), exponent = find_tlv(fields->value, 0x82);
        return modulus && exponent ? public_key_of(modulus->value, exponent->value) : Bytes{};
    }

    const CardChannel& x_card;
    std::map<std::uint32_t, Bytes> x_contents;
    json x_objects = json::array(), x_keys = json::array();
};

}  // namespace

Result<std::optional<json>> read_piv_outside(const CardChannel& card) {
    const auto answer =
        card.send({0x00, kSelect, 0x04, 0x00, *from_hex("A000000308000010000100"), CardChannel::kLongest});
    if (!answer) return Unexpected{Error(answer.error())};
    if (!answer->sw.ok()) return std::optional<json>();
    auto read = PivReading(card).read();
    if (!read) return Unexpected{std::move(read).error()};
    return std::optional(*std::move(read));
}

}  // namespace rakit::scenarios
