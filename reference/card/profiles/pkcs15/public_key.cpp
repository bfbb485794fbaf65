#include <algorithm>

#include "common/ossl/keys.hpp"
#include "common/x509/certificate.hpp"
#include "reference/card/profiles/pkcs15/layout.hpp"
#include "reference/card/public_key_parts.hpp"

// Where a card keeps a key's public key, and in which of the forms that are in use.
namespace rakit::reference::pkcs15 {
namespace {

const Bytes kDefaultExponent{0x01, 0x00, 0x01};

/// normalised reads a public key in any of the forms that directories and files hold: SubjectPublicKeyInfo,
/// RSAPublicKey, an EC point in an OCTET STRING or bare.
std::optional<Bytes> normalised(ByteView value) {
    std::vector<Bytes> candidates{ec_spki(value)};
    iso7816::TlvReader reader(value);
    if (const auto object = reader.read()) {
        candidates.emplace_back(object->whole.begin(), object->whole.end());
        if (object->tag == 0x30) candidates.push_back(rsa_spki(object->whole));
        if (object->tag == 0x04 || object->tag == 0x86) candidates.push_back(ec_spki(object->value));
    }
    for (const auto& candidate : candidates) {
        if (candidate.empty()) continue;
        auto key = ossl::parse_spki(candidate);
        if (key && ossl::key_type(key->get())) return ossl::spki(key->get());
    }
    return std::nullopt;
}

/// in_entry finds a public key that stands in the directory entry itself: bare, or under [0] or [1].
std::optional<Bytes> in_entry(const KeyObject& key) {
    auto object = iso7816::TlvReader(key.attributes).read();
    if (!object) return std::nullopt;
    if (auto found = normalised(object->whole)) return found;
    if (object->tag == 0xA0 || object->tag == 0xA1) return normalised(object->value);
    return std::nullopt;
}

Result<std::optional<Bytes>> from_directory(Files& files, const Layout& layout, ByteView id) {
    for (const auto& file : layout.directories) {
        if (file.directory.kind != DirectoryKind::public_keys) continue;
        auto keys = parse_keys(file.content);
        if (!keys) return fail(std::move(keys).error().in("file " + to_hex(file.path)));
        for (const auto& key : *keys) {
            if (!equal_bytes(key.id, id)) continue;
            if (auto found = in_entry(key)) return std::optional(std::move(found));
            if (!key.path) continue;
            auto info = files.probe(layout.absolute(key.path->octets));
            if (!info) return fail(info.error());
            if (!*info || (*info)->kind != FileInfo::Kind::ef) continue;
            auto content = files.read_current(key.path->index.value_or(0), key.path->length.value_or((*info)->size));
            if (!content) return fail(content.error());
            if (auto found = normalised(*content)) return std::optional(std::move(found));
        }
    }
    return std::optional<Bytes>{};
}

Result<std::optional<Bytes>> from_certificate(Files& files, const Layout& layout, ByteView id) {
    auto certificates = certificates_of(layout);
    if (!certificates) return fail(certificates.error());
    for (const auto& placed : *certificates) {
        if (!equal_bytes(placed.object.id, id)) continue;
        auto der = read_value(files, layout, placed.object);
        if (!der) return fail(der.error());
        const auto certificate = x509::Certificate::parse(*der);
        if (certificate) return normalised(certificate->spki());
    }
    return std::optional<Bytes>{};
}

Result<std::optional<Bytes>> from_key_file(Files& files, const Layout& layout, const KeyObject& key) {
    if (!key.path) return std::optional<Bytes>{};
    auto info = files.probe(layout.absolute(key.path->octets));
    if (!info) return fail(info.error());
    auto data = files.card().send(command(0xCA, 0x01, key.elliptic ? 0x86 : 0x01, {}, 256));
    if (!data) return fail(data.error());
    if (!data->sw.ok() || data->data.empty()) return std::optional<Bytes>{};
    return normalised(key.elliptic ? data->data : rsa_spki(data->data, kDefaultExponent));
}

}  // namespace

Result<std::optional<Bytes>> read_public_key(Files& files, const Layout& layout, const KeyObject& key) {
    auto found = from_directory(files, layout, key.id);
    if (found && !*found) found = from_certificate(files, layout, key.id);
    if (found && !*found) found = from_key_file(files, layout, key);
    return found;
}

}  // namespace rakit::reference::pkcs15
