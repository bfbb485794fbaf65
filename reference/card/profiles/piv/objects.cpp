#include "reference/card/profiles/piv/objects.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "common/iso7816/tlv.hpp"
#include "reference/card/public_key_parts.hpp"

namespace rakit::reference::piv {
namespace {

constexpr std::uint8_t kFirstRetired = 0x82;
constexpr std::size_t kRetired = 20;
constexpr std::uint32_t kFirstRetiredObject = 0x5FC10D;
constexpr std::size_t kLargestCertificate = 65536;
constexpr int kGzip = 16 + MAX_WBITS;

constexpr std::uint32_t kCertificate = 0x70, kCertInfo = 0x71, kErrorDetection = 0xFE;

constexpr auto make_slots() {
    std::array<Slot, 4 + kRetired> all{};
    all[0] = {0x9A, 0x5FC105, "PIV Authentication", PinUse::once, true, "digitalSignature"};
    all[1] = {0x9C, 0x5FC10A, "Digital Signature", PinUse::always, true, "nonRepudiation"};
    all[2] = {0x9D, 0x5FC10B, "Key Management", PinUse::once, false, ""};
    all[3] = {0x9E, 0x5FC101, "Card Authentication", PinUse::never, true, "digitalSignature"};
    for (std::size_t i = 0; i < kRetired; ++i)
        all[4 + i] = {static_cast<std::uint8_t>(kFirstRetired + i),
                      kFirstRetiredObject + static_cast<std::uint32_t>(i),
                      "Retired Key Management",
                      PinUse::once,
                      false,
                      ""};
    return all;
}

constexpr auto kSlots = make_slots();

constexpr Algorithm kAlgorithms[] = {
    {0x06, ossl::KeyType::rsa1024, 128}, {0x07, ossl::KeyType::rsa2048, 256}, {0x05, ossl::KeyType::rsa3072, 384},
    {0x16, ossl::KeyType::rsa4096, 512}, {0x11, ossl::KeyType::ec_p256, 32},  {0x14, ossl::KeyType::ec_p384, 48},
};

/// inflate undoes gzip (RFC 1952); nothing if it is none, or too long.
std::optional<Bytes> inflate_gzip(ByteView packed) {
    z_stream stream{};
    if (inflateInit2(&stream, kGzip) != Z_OK) return std::nullopt;
    Bytes plain(kLargestCertificate);
    stream.next_in = const_cast<Bytef*>(packed.data());  // zlib's C interface; it reads only
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = plain.data();
    stream.avail_out = static_cast<uInt>(plain.size());
    const int done = inflate(&stream, Z_FINISH);
    plain.resize(stream.total_out);
    inflateEnd(&stream);
    if (done != Z_STREAM_END) return std::nullopt;
    return plain;
}

bool all_zero(ByteView octets) {
    return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

}  // namespace

std::span<const Slot> slots() { return kSlots; }

std::string slot_id(const Slot& slot) { return to_hex(Bytes{slot.key}); }

std::string place_of(const Slot& slot) {
    return to_hex(Bytes{static_cast<std::uint8_t>(slot.object >> 16), static_cast<std::uint8_t>(slot.object >> 8),
                        static_cast<std::uint8_t>(slot.object)});
}

const Slot* slot_named(std::string_view id) {
    const auto found = std::ranges::find_if(kSlots, [&](const Slot& slot) { return slot_id(slot) == id; });
    return found == kSlots.end() ? nullptr : &*found;
}

const Algorithm* algorithm_of(ossl::KeyType type) {
    const auto* found = std::ranges::find(kAlgorithms, type, &Algorithm::type);
    return found == std::end(kAlgorithms) ? nullptr : found;
}

Result<x509::Certificate> read_certificate(ByteView content) {
    iso7816::TlvReader reader(content);
    auto value = reader.read(kCertificate);
    if (!value) return fail(std::move(value).error().in("certificate object"));
    Bytes der(value->value.begin(), value->value.end());
    const auto info = reader.read_optional(kCertInfo);
    if (info && !info->value.empty() && (info->value[0] & 0x01) != 0) {
        auto plain = inflate_gzip(der);
        if (!plain) return fail(ErrorCode::card_content_invalid, "a compressed certificate can't be unpacked");
        der = std::move(*plain);
    }
    auto certificate = x509::Certificate::parse(der);
    if (!certificate) return fail(ErrorCode::card_content_invalid, certificate.error().detail);
    return certificate;
}

Bytes encode_certificate(const x509::Certificate& certificate) {
    iso7816::TlvWriter writer;
    writer.put(kCertificate, certificate.der()).put(kCertInfo, Bytes{0x00}).put(kErrorDetection, {});
    return std::move(writer).bytes();
}

Result<std::string> read_guid(ByteView chuid) {
    const auto guid = iso7816::find_tlv(chuid, 0x34);
    if (guid && guid->value.size() == 16 && !all_zero(guid->value)) return to_hex(guid->value);
    const auto fasc_n = iso7816::find_tlv(chuid, 0x30);
    if (fasc_n && !fasc_n->value.empty()) return to_hex(fasc_n->value);
    return fail(ErrorCode::card_content_invalid, "the CHUID holds neither a GUID nor a FASC-N");
}

std::optional<Bytes> read_metadata_key(ByteView fields) {
    const auto modulus = iso7816::find_tlv(fields, 0x81);
    const auto exponent = iso7816::find_tlv(fields, 0x82);
    const auto point = iso7816::find_tlv(fields, 0x86);
    Bytes spki;
    if (modulus && exponent)
        spki = rsa_spki(modulus->value, exponent->value);
    else if (point)
        spki = ec_spki(point->value);
    if (spki.empty()) return std::nullopt;
    auto key = ossl::parse_spki(spki);
    if (!key) return std::nullopt;
    return ossl::spki(key->get());
}

}  // namespace rakit::reference::piv
