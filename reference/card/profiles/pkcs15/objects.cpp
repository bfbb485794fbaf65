#include "reference/card/profiles/pkcs15/objects.hpp"

#include <algorithm>

namespace rakit::reference::pkcs15 {
namespace {

using iso7816::Tlv;
using iso7816::TlvReader;

constexpr std::uint32_t kSequence = 0x30;
constexpr std::uint32_t kInteger = 0x02;
constexpr std::uint32_t kBitString = 0x03;
constexpr std::uint32_t kOctetString = 0x04;
constexpr std::uint32_t kUtf8String = 0x0C;
constexpr std::uint32_t kBoolean = 0x01;
constexpr std::uint32_t kGeneralizedTime = 0x18;

Bytes copy(ByteView view) { return {view.begin(), view.end()}; }

std::size_t offset_in(ByteView file, ByteView part) { return static_cast<std::size_t>(part.data() - file.data()); }

Unexpected invalid(std::string what) { return fail(ErrorCode::card_content_invalid, std::move(what)); }

Result<long> integer(ByteView value) {
    if (value.empty() || value.size() > 4) return invalid("an INTEGER of " + std::to_string(value.size()) + " octets");
    long number = (value[0] & 0x80) != 0 ? -1 : 0;
    for (const auto octet : value) number = number * 256 + octet;
    return number;
}

Bytes bits(ByteView value) { return value.empty() ? Bytes{} : copy(value.subspan(1)); }

bool bit(ByteView octets, unsigned number) {
    return number / 8 < octets.size() && (octets[number / 8] & (0x80U >> (number % 8))) != 0;
}

/// Parts are the four parts of a PKCS15Object (section 6.1.9).
struct Parts {
    CommonAttributes common;
    ByteView class_attributes;
    ByteView type_attributes;
};

Result<CommonAttributes> parse_common(ByteView content) {
    CommonAttributes common;
    TlvReader reader(content);
    if (const auto label = reader.read_optional(kUtf8String)) common.label = std::string(as_text(label->value));
    reader.read_optional(kBitString);
    if (const auto id = reader.read_optional(kOctetString)) common.auth_id = copy(id->value);
    if (const auto consent = reader.read_optional(kInteger)) {
        auto number = integer(consent->value);
        if (!number) return fail(number.error());
        common.user_consent = *number;
    }
    return common;
}

Result<Parts> parse_parts(const Tlv& object) {
    TlvReader reader(object.value);
    auto common = reader.read(kSequence);
    if (!common) return fail(std::move(common).error().in("common attributes"));
    auto attributes = parse_common(common->value);
    if (!attributes) return fail(std::move(attributes).error().in("common attributes"));
    auto class_attributes = reader.read(kSequence);
    if (!class_attributes) return fail(std::move(class_attributes).error().in("class attributes"));
    reader.read_optional(0xA0);
    auto type = reader.read(0xA1);
    if (!type) return fail(std::move(type).error().in("type attributes"));
    TlvReader inner(type->value);
    auto sequence = inner.read(kSequence);
    if (!sequence) return fail(std::move(sequence).error().in("type attributes"));
    return Parts{std::move(*attributes), class_attributes->value, sequence->value};
}

/// parse_all runs a parser over the objects of a file and puts the object's offset into failures.
template <class T, class Parse>
Result<std::vector<T>> parse_all(ByteView file, const char* name, Parse parse) {
    auto entries = split_entries(file);
    if (!entries) return fail(std::move(entries).error().in(name));
    std::vector<T> all;
    for (const auto& object : entries->objects) {
        Result<std::optional<T>> one = parse(object);
        if (!one) {
            auto error = std::move(one).error().in(name);
            error.where = "entry at offset " + std::to_string(offset_in(file, object.whole)) +
                          (error.where.empty() ? "" : ", " + error.where + " in it");
            return fail(std::move(error));
        }
        if (*one) all.push_back(std::move(**one));
    }
    return all;
}

Result<std::optional<KeyObject>> parse_key(const Tlv& object) {
    auto parts = parse_parts(object);
    if (!parts) return fail(parts.error());
    KeyObject key;
    key.elliptic = object.tag == 0xA0;
    if (!key.elliptic && object.tag != kSequence) return std::optional<KeyObject>{};  // DH, DSA, KEA
    key.common = std::move(parts->common);
    TlvReader reader(parts->class_attributes);
    auto id = reader.read(kOctetString);
    if (!id) return fail(std::move(id).error().in("iD"));
    key.id = copy(id->value);
    auto usage = reader.read(kBitString);
    if (!usage) return fail(std::move(usage).error().in("usage"));
    key.usage = bits(usage->value);
    reader.read_optional(kBoolean);
    reader.read_optional(kBitString);
    if (const auto reference = reader.read_optional(kInteger)) {
        auto number = integer(reference->value);
        if (!number) return fail(std::move(number).error().in("keyReference"));
        key.reference = *number;
    }
    key.attributes = copy(parts->type_attributes);
    if (const auto path = iso7816::find_tlv(parts->type_attributes, kSequence)) {
        auto parsed = parse_path(path->value);
        if (parsed) key.path = std::move(*parsed);
    }
    return std::optional(std::move(key));
}

Result<std::optional<CertificateObject>> parse_certificate(const Tlv& object) {
    if (object.tag != kSequence) return std::optional<CertificateObject>{};  // not X.509
    auto parts = parse_parts(object);
    if (!parts) return fail(parts.error());
    CertificateObject certificate;
    certificate.whole = copy(object.whole);
    certificate.common = std::move(parts->common);
    TlvReader reader(parts->class_attributes);
    auto id = reader.read(kOctetString);
    if (!id) return fail(std::move(id).error().in("iD"));
    certificate.id = copy(id->value);
    if (const auto authority = reader.read_optional(kBoolean))
        certificate.authority = !authority->value.empty() && authority->value[0] != 0;
    TlvReader type(parts->type_attributes);
    if (const auto direct = type.read_optional(0xA0)) {
        certificate.direct = copy(direct->value);
        return std::optional(std::move(certificate));
    }
    auto path = type.read(kSequence);
    if (!path) return fail(std::move(path).error().in("value"));
    auto parsed = parse_path(path->value);
    if (!parsed) return fail(std::move(parsed).error().in("value"));
    certificate.path = std::move(*parsed);
    return std::optional(std::move(certificate));
}

Result<std::optional<PinObject>> parse_pin(const Tlv& object) {
    if (object.tag != kSequence) return std::optional<PinObject>{};  // biometric, external, ...
    auto parts = parse_parts(object);
    if (!parts) return fail(parts.error());
    PinObject pin;
    pin.common = std::move(parts->common);
    auto id = TlvReader(parts->class_attributes).read(kOctetString);
    if (!id) return fail(std::move(id).error().in("authId"));
    pin.auth_id = copy(id->value);
    TlvReader reader(parts->type_attributes);
    auto flags = reader.read(kBitString);
    if (!flags) return fail(std::move(flags).error().in("pinFlags"));
    pin.flags = bits(flags->value);
    auto type = reader.read(0x0A);
    if (!type) return fail(std::move(type).error().in("pinType"));
    std::vector<std::size_t> lengths;
    while (const auto length = reader.read_optional(kInteger)) {
        auto number = integer(length->value);
        if (!number || *number < 0 || *number > 255) return invalid("a PIN length is out of range");
        lengths.push_back(static_cast<std::size_t>(*number));
    }
    if (lengths.size() < 2) return invalid("minLength and storedLength are missing");
    pin.min_length = lengths[0];
    pin.stored_length = lengths[1];
    pin.max_length = lengths.size() > 2 ? lengths[2] : pin.stored_length;
    if (const auto reference = reader.read_optional(0x80))
        pin.reference = reference->value.empty() ? 0 : reference->value.back();
    if (const auto pad = reader.read_optional(kOctetString); pad && !pad->value.empty()) pin.pad = pad->value[0];
    return std::optional(std::move(pin));
}

}  // namespace

bool KeyObject::has_usage(KeyUsage which) const { return bit(usage, static_cast<unsigned>(which)); }
bool PinObject::unblocking() const { return bit(flags, 6); }
bool PinObject::so_pin() const { return bit(flags, 7); }

Result<Entries> split_entries(ByteView file) {
    Entries entries;
    TlvReader reader(file);
    while (!reader.at_end()) {
        const std::size_t offset = reader.offset();
        if (reader.rest()[0] == 0) {
            auto removed = reader.read();
            if (!removed) break;  // a lone 00, or a removed entry that was torn: padding to the end
            continue;
        }
        // Erased memory reads FF on some cards; no object begins with it.
        if (reader.rest()[0] == 0xFF) break;
        auto object = reader.read();
        if (!object) return fail(object.error());
        entries.objects.push_back(*object);
        entries.end = offset + object->whole.size();
    }
    return entries;
}

std::optional<Bytes> application_path(ByteView dir) {
    auto entries = split_entries(dir);
    if (!entries) return std::nullopt;
    for (const auto& entry : entries->objects) {
        const auto aid = iso7816::find_tlv(entry.value, 0x4F);
        const auto path = iso7816::find_tlv(entry.value, 0x51);
        if (entry.tag == 0x61 && aid && path && equal_bytes(aid->value, kPkcs15Aid)) return copy(path->value);
    }
    return std::nullopt;
}

Result<std::vector<Directory>> parse_odf(ByteView file) {
    return parse_all<Directory>(file, "EF(ODF)", [&](const Tlv& object) -> Result<std::optional<Directory>> {
        Directory directory;
        const bool known = object.tag >= 0xA0 && object.tag <= 0xA8;
        if (known) directory.kind = static_cast<DirectoryKind>(object.tag - 0xA0);
        TlvReader reader(object.value);
        if (const auto direct = reader.read_optional(0xA0)) {
            directory.direct = copy(direct->value);
            return std::optional(std::move(directory));
        }
        auto path = reader.read(kSequence);
        if (!path && !known) return std::optional(std::move(directory));
        if (!path) return fail(path.error());
        auto parsed = parse_path(path->value);
        if (!parsed && !known) return std::optional(std::move(directory));
        if (!parsed) return fail(parsed.error());
        directory.path = std::move(*parsed);
        directory.octets_offset = offset_in(file, iso7816::find_tlv(path->value, kOctetString)->value);
        return std::optional(std::move(directory));
    });
}

Result<std::vector<KeyObject>> parse_keys(ByteView file) {
    return parse_all<KeyObject>(file, "key directory", parse_key);
}

Result<std::vector<CertificateObject>> parse_certificates(ByteView file) {
    return parse_all<CertificateObject>(file, "certificate directory", parse_certificate);
}

Result<std::vector<PinObject>> parse_pins(ByteView file) {
    return parse_all<PinObject>(file, "PIN directory", parse_pin);
}

Result<TokenInfo> parse_token_info(ByteView file) {
    TlvReader reader(file);
    auto whole = reader.read(kSequence);
    if (!whole) return fail(std::move(whole).error().in("EF(TokenInfo)"));
    TokenInfo info;
    TlvReader fields(whole->value);
    fields.read_optional(kInteger);
    auto serial = fields.read(kOctetString);
    if (!serial) return fail(std::move(serial).error().in("EF(TokenInfo): serialNumber"));
    info.serial = copy(serial->value);
    if (const auto label = iso7816::find_tlv(fields.rest(), 0x80)) info.label = std::string(as_text(label->value));
    const auto update = iso7816::find_tlv(fields.rest(), 0xA5);
    const auto time = update ? iso7816::find_tlv(update->value, kGeneralizedTime) : std::nullopt;
    if (time) {
        info.last_update = std::string(as_text(time->value));
        info.last_update_offset = offset_in(file, time->value);
    }
    return info;
}

Result<Path> parse_path(ByteView content) {
    TlvReader reader(content);
    auto octets = reader.read(kOctetString);
    if (!octets) return fail(std::move(octets).error().in("path"));
    Path path{copy(octets->value), {}, {}};
    const auto index = reader.read_optional(kInteger);
    const auto length = reader.read_optional(0x80);
    if (index.has_value() != length.has_value()) return invalid("a path has an index or a length, but not both");
    if (!index) return path;
    // A length goes as unsigned in some cards' directories, so it is read as octets.
    const auto from = integer(index->value);
    std::size_t count = 0;
    for (const auto octet : length->value) count = count * 256 + octet;
    if (!from || *from < 0 || length->value.size() > 4) return invalid("a path's index or length is out of range");
    path.index = static_cast<std::size_t>(*from);
    path.length = count;
    return path;
}

Bytes encode_path(const Path& path) {
    iso7816::TlvWriter writer;
    writer.nest(kSequence, [&](iso7816::TlvWriter& sequence) { sequence.put(kOctetString, path.octets); });
    return std::move(writer).bytes();
}

}  // namespace rakit::reference::pkcs15
