#include "virtual_cards/applets/piv/objects.hpp"

#include <algorithm>
#include <array>

#include "common/iso7816/tlv.hpp"
#include "virtual_cards/applets/piv/state.hpp"

namespace rakit::cards::piv {
namespace {

using iso7816::find_tlv;
using iso7816::TlvWriter;

constexpr ObjectRow kObjects[] = {
    {0x5FC101, "Certificate for card authentication", false},
    {kChuid, "Card holder unique identifier", false},
    {0x5FC103, "Cardholder fingerprints", true},
    {0x5FC105, "Certificate for PIV authentication", false},
    {0x5FC106, "Security object", false},
    {kCcc, "Card capability container", false},
    {0x5FC108, "Cardholder facial image", true},
    {0x5FC109, "Printed information", true},
    {0x5FC10A, "Certificate for digital signature", false},
    {0x5FC10B, "Certificate for key management", false},
    {kKeyHistory, "Key history", false},
    {0x5FC121, "Cardholder iris images", true},
    {0x5FC122, "Secure messaging certificate signer", false},
    {0x5FC123, "Pairing code reference data", true},
    {kAttestationCertificate, "Attestation certificate", false},
};
constexpr ObjectRow kRetired{0x5FC10D, "Retired certificate for key management", false};
constexpr ObjectRow kVendor{0x5FFF00, "YubiKey object", false};
constexpr std::uint32_t kFirstRetiredTag = 0x5FC10D, kLastRetiredTag = 0x5FC120;
constexpr std::uint32_t kFirstVendorTag = 0x5FFF00, kLastVendorTag = 0x5FFF1F;

// The FASC-N of NIST's test cards: agency 9999, system 9999, credential 999999.
constexpr std::uint8_t kFascN[] = {0xD4, 0xE7, 0x39, 0xDA, 0x73, 0x9C, 0xED, 0x39, 0xCE, 0x73, 0x9D, 0x83, 0x68,
                                   0x58, 0x21, 0x08, 0x42, 0x10, 0x84, 0x21, 0xC8, 0x42, 0x10, 0xC3, 0xEB};

}  // namespace

const ObjectRow* object_row(std::uint32_t tag) {
    const auto* found =
        std::find_if(std::begin(kObjects), std::end(kObjects), [&](auto& row) { return row.tag == tag; });
    if (found != std::end(kObjects)) return found;
    if (tag >= kFirstRetiredTag && tag <= kLastRetiredTag) return &kRetired;
    if (tag >= kFirstVendorTag && tag <= kLastVendorTag) return &kVendor;
    return nullptr;
}

std::optional<std::uint32_t> certificate_tag(std::uint8_t slot) {
    switch (slot) {
        case kAuthentication: return 0x5FC105;
        case kSignature: return 0x5FC10A;
        case kKeyManagement: return 0x5FC10B;
        case kCardAuthentication: return 0x5FC101;
        case kAttestation: return kAttestationCertificate;
        default: break;
    }
    if (slot < kFirstRetired || slot > kLastRetired) return std::nullopt;
    return kFirstRetiredTag + slot - kFirstRetired;
}

Bytes certificate_object(ByteView certificate) {
    return TlvWriter().put(0x70, certificate).put(0x71, Bytes{0}).put(0xFE, {}).bytes();
}

std::optional<Bytes> certificate_in(ByteView object) {
    const auto certificate = find_tlv(object, 0x70);
    const auto info = find_tlv(object, 0x71);
    if (!certificate || (info && !equal_bytes(info->value, Bytes{0}))) return std::nullopt;
    return Bytes(certificate->value.begin(), certificate->value.end());
}

Bytes chuid_object(ByteView guid) {
    return TlvWriter()
        .put(0x30, kFascN)
        .put(0x34, guid)
        .put(0x35, as_bytes("20491231"))
        .put(0x3E, {})
        .put(0xFE, {})
        .bytes();
}

std::optional<Bytes> guid_in(ByteView chuid) {
    const auto guid = find_tlv(chuid, 0x34);
    if (!guid || guid->value.size() != 16) return std::nullopt;
    return Bytes(guid->value.begin(), guid->value.end());
}

Bytes with_other_guid(ByteView chuid) {
    Bytes other(chuid.begin(), chuid.end());
    const auto guid = find_tlv(chuid, 0x34);
    if (guid && guid->value.size() == 16) other[static_cast<std::size_t>(&guid->value.back() - chuid.data())] ^= 0xFF;
    return other;
}

// F0: RID A000000116 (GSC-IS), card type FF (not one of its list), a technology octet, then the identifier.
Bytes ccc_object(ByteView card_identifier) {
    Bytes identifier{0xA0, 0x00, 0x00, 0x01, 0x16, 0xFF, 0x02};
    append(identifier, card_identifier.first(std::min<std::size_t>(card_identifier.size(), 14)));
    TlvWriter writer;
    writer.put(0xF0, identifier).put(0xF1, Bytes{0x21}).put(0xF2, Bytes{0x21}).put(0xF3, {}).put(0xF4, Bytes{0x00});
    writer.put(0xF5, Bytes{0x10});
    for (const auto empty : {0xF6U, 0xF7U, 0xFAU, 0xFBU, 0xFCU, 0xFDU, 0xFEU}) writer.put(empty, {});
    return std::move(writer).bytes();
}

Bytes key_history_object(std::size_t on_card) {
    return TlvWriter()
        .put(0xC1, Bytes{static_cast<std::uint8_t>(on_card)})
        .put(0xC2, Bytes{0})
        .put(0xF3, {})
        .put(0xFE, {})
        .bytes();
}

// PIN usage policy: 40 the PIV PIN alone; 60 the global PIN does as well, second octet 10: the PIV PIN comes first.
Bytes discovery_object(const State& state) {
    const bool global = state.pins.count(kGlobalPin) != 0;
    const Bytes policy = global ? Bytes{0x60, 0x10} : Bytes{0x40, 0x00};
    return TlvWriter().nest(0x7E, [&](TlvWriter& inner) { inner.put(0x4F, kAid).put(0x5F2F, policy); }).bytes();
}

}  // namespace rakit::cards::piv
