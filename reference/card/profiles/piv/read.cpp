#include <algorithm>

#include "common/iso7816/atr.hpp"
#include "common/iso7816/tlv.hpp"
#include "reference/card/card_crypto.hpp"
#include "reference/card/profiles/piv/commands.hpp"
#include "reference/card/profiles/piv/profile.hpp"

namespace rakit::reference::piv {
namespace {

constexpr std::uint8_t kGlobalPin = 0x00;
constexpr std::size_t kLongestKeyDigits = 64, kShortestKeyDigits = 32;

/// read_serial: the CHUID's GUID says whose card it is; a card that was given none has only its maker's number.
Result<std::string> read_serial(ApduChannel& card) {
    auto chuid = get_data(card, kChuid);
    if (!chuid) return fail(std::move(chuid).error().in("CHUID"));
    if (*chuid) return read_guid(**chuid);
    iso7816::CommandApdu get_serial;
    get_serial.ins = 0xF8;
    get_serial.ne = 256;
    auto number = card.send(get_serial);
    if (!number) return fail(number.error());
    if (number->sw.ok() && !number->data.empty()) return to_hex(number->data);
    return fail(Error{ErrorCode::card_content_invalid,
                      "the card has no CHUID, so nothing tells it from others",
                      {},
                      {},
                      "give it one (yubico-piv-tool -a set-chuid)",
                      {}});
}

/// pin_reference: the discovery object says which of the two PINs the card prefers (part 1 section 3.3.2).
Result<std::uint8_t> pin_reference(ApduChannel& card) {
    auto discovery = get_data(card, kDiscovery);
    if (!discovery) return fail(discovery.error());
    if (!*discovery) return kPin;
    const auto whole = iso7816::find_tlv(**discovery, kDiscovery);
    const auto policy = whole ? iso7816::find_tlv(whole->value, 0x5F2F) : std::nullopt;
    const bool global =
        policy && policy->value.size() == 2 && (policy->value[0] & 0x20) != 0 && policy->value[1] == 0x20;
    return global ? kGlobalPin : kPin;
}

/// SlotRead is what a slot holds.
struct SlotRead {
    std::optional<Metadata> metadata;
    std::optional<x509::Certificate> certificate;
    std::string torn;  ///< why its object can't be read
};

Result<SlotRead> read_slot(ApduChannel& card, const Slot& slot, bool& metadata_supported) {
    SlotRead read;
    if (metadata_supported) {
        auto metadata = get_metadata(card, slot.key, metadata_supported);
        if (!metadata) return fail(metadata.error());
        read.metadata = std::move(*metadata);
    }
    auto content = get_data(card, slot.object);
    if (!content && content.error().code != ErrorCode::card_content_invalid) return fail(content.error());
    if (!content) {
        read.torn = content.error().detail;
    } else if (*content) {
        auto certificate = read_certificate(**content);
        if (certificate)
            read.certificate = std::move(*certificate);
        else
            read.torn = certificate.error().detail;
    }
    return read;
}

/// line_of makes the line of a slot that holds a key; nothing if nothing tells which.
std::optional<KeyLine> line_of(const Slot& slot, const SlotRead& read, const std::string& pin) {
    KeyLine line;
    if (read.metadata && read.metadata->spki) {
        line.spki = *read.metadata->spki;
    } else if (read.certificate) {
        auto key = read.certificate->public_key();
        if (key) line.spki = ossl::spki(key->get());
    }
    auto key = ossl::parse_spki(line.spki);
    const auto type = key ? ossl::key_type(key->get()) : std::nullopt;
    if (!type || algorithm_of(*type) == nullptr) return std::nullopt;
    const auto use = read.metadata && read.metadata->pin ? *read.metadata->pin : slot.pin;
    line.id = slot_id(slot);
    line.label = slot.label;
    line.type = *type;
    line.can_sign = slot.signs;
    line.can_decipher = !slot.signs;
    line.usage = {slot.signs ? slot.usage : elliptic(*type) ? "keyAgreement" : "keyEncipherment"};
    line.pin = use == PinUse::never ? std::string() : pin;
    line.user_consent = use == PinUse::always;
    line.reference = slot.key;
    return line;
}

bool is_transport(const x509::Certificate& certificate, const std::vector<std::string>& policies) {
    return std::ranges::any_of(certificate.policies(), [&](const std::string& policy) {
        return std::ranges::find(policies, policy) != policies.end();
    });
}

Result<void> read_keys(ApduChannel& card, const std::string& pin, const std::vector<std::string>& transport_policies,
                       Contents& contents) {
    bool metadata_supported = true;
    for (const auto& slot : slots()) {
        auto read = read_slot(card, slot, metadata_supported);
        if (!read) return fail(std::move(read).error().in("slot " + slot_id(slot)));
        if (!read->torn.empty())
            contents.notes.push_back("the certificate of slot " + slot_id(slot) + " can't be read: " + read->torn);
        if (!read->metadata && !read->certificate) continue;
        auto line = line_of(slot, *read, pin);
        if (!line) {
            contents.notes.push_back("key " + slot_id(slot) + " is left out: its type is not supported");
            continue;
        }
        if (read->certificate) {
            const bool transport = is_transport(*read->certificate, transport_policies);
            line->certificates.push_back({std::move(*read->certificate), slot.label, place_of(slot), transport});
        }
        contents.keys.push_back(std::move(*line));
    }
    return {};
}

Result<void> read_pins(const Profile& profile, ApduChannel& card, std::uint8_t reference, Contents& contents) {
    PinState pin;
    pin.id = to_hex(Bytes{reference});
    pin.label = "PIV PIN";
    pin.reference = reference;
    pin.min_length = 6;
    auto tries = profile.tries_left(card, pin);
    if (!tries) return fail(tries.error());
    pin.tries_left = *tries;
    PinState management;
    management.id = to_hex(Bytes{kManagementKey});
    management.label = "Management key in hex";
    management.reference = kManagementKey;
    management.min_length = kShortestKeyDigits;
    management.max_length = kLongestKeyDigits;
    management.stored_length = 0;
    management.is_so_pin = true;
    contents.write_pins = {management.id};
    contents.pins = {std::move(pin), std::move(management)};
    return {};
}

}  // namespace

bool Profile::recognises(ByteView atr) const {
    constexpr std::size_t kProvider = 5;  // what follows is the application's version
    if (atr.empty()) return false;
    const auto named = iso7816::named_application(atr);
    if (!named) return true;
    return named->size() >= kProvider &&
           equal_bytes(ByteView(*named).first(kProvider), ByteView(kAid).first(kProvider));
}

Result<Contents> Profile::read_contents(ApduChannel& card, ByteView atr,
                                        const std::vector<std::string>& transport_policies) const {
    auto selected = select(card);
    if (!selected) return fail(selected.error());
    auto serial = read_serial(card);
    if (!serial) return fail(serial.error());
    auto reference = pin_reference(card);
    if (!reference) return fail(reference.error());
    Contents contents;
    contents.profile = name();
    contents.serial = std::move(*serial);
    contents.label = "PIV card";
    contents.atr.assign(atr.begin(), atr.end());
    auto done = read_pins(*this, card, *reference, contents);
    if (done) done = read_keys(card, contents.pins.front().id, transport_policies, contents);
    if (!done) return fail(done.error());
    return contents;
}

Result<CardIdentity> Profile::read_identity(ApduChannel& card) const {
    auto selected = select(card);
    if (!selected) return fail(selected.error());
    auto serial = read_serial(card);
    if (!serial) return fail(serial.error());
    Contents contents;
    contents.serial = std::move(*serial);
    auto done = read_keys(card, {}, {}, contents);
    if (!done) return fail(done.error());
    return contents.identity();
}

}  // namespace rakit::reference::piv
