#include "reference/card/profiles/pkcs15/encode.hpp"

#include "common/ossl/digest.hpp"

namespace rakit::reference::pkcs15 {
namespace {

using iso7816::find_tlv;
using iso7816::TlvReader;
using iso7816::TlvWriter;

const Bytes kSha1 = *from_hex("06052B0E03021A");
const Bytes kSha256 = *from_hex("0609608648016503040201");
const Bytes kModifiable{0x06, 0x40};  // CommonObjectFlags: modifiable

/// encode_hash renews a CertHash; nothing for a hash that we don't know, which is then left out.
std::optional<Bytes> encode_hash(ByteView old, const x509::Certificate& certificate) {
    const auto algorithm = find_tlv(old, 0xA0);
    const auto names = [&](ByteView oid) {
        return algorithm && as_text(algorithm->value).find(as_text(oid)) != std::string_view::npos;
    };
    Bytes hash;
    if (!algorithm || names(kSha1)) hash = ossl::sha1(certificate.der());
    if (names(kSha256)) hash = ossl::sha256(certificate.der());
    if (hash.empty()) return std::nullopt;
    TlvWriter writer;
    if (algorithm) writer.raw(algorithm->whole);
    writer.put(0x03, concat({Bytes{0x00}, hash}));
    return std::move(writer).bytes();
}

void put_common(TlvWriter& writer, ByteView model, const std::string& label) {
    TlvReader reader(model);
    const auto old_label = reader.read_optional(0x0C);
    if (!label.empty())
        writer.put(0x0C, as_bytes(label));
    else if (old_label)
        writer.raw(old_label->whole);
    writer.raw(reader.rest());
}

void put_class(TlvWriter& writer, ByteView model, ByteView id, const x509::Certificate& certificate) {
    writer.put(0x04, id);
    if (const auto authority = find_tlv(model, 0x01))
        writer.raw(authority->whole);
    else if (certificate.is_ca())
        writer.put(0x01, Bytes{0xFF});
    if (const auto hash = find_tlv(model, 0xA0))
        if (const auto renewed = encode_hash(hash->value, certificate)) writer.put(0xA0, *renewed);
    if (const auto usage = find_tlv(model, 0xA1)) writer.raw(usage->whole);
}

void put_type(TlvWriter& writer, ByteView model, ByteView path, const x509::Certificate& certificate) {
    writer.raw(encode_path({Bytes(path.begin(), path.end()), {}, {}}));
    TlvReader reader(model);
    if (!reader.read()) return;  // value: the old path
    if (reader.read_optional(0x30)) writer.raw(certificate.subject_der());
    if (reader.read_optional(0xA0)) writer.put(0xA0, certificate.issuer_der());
    if (reader.read_optional(0x02)) writer.raw(certificate.serial_der());
}

}  // namespace

Bytes encode_certificate(const std::optional<CertificateObject>& model, ByteView id, const std::string& label,
                         ByteView path, const x509::Certificate& certificate) {
    Bytes plain_common;
    ByteView common, class_attributes, type;
    if (model) {
        // Parsed once already, so the parts are there.
        TlvReader outer(model->whole);
        TlvReader parts(outer.read()->value);
        common = parts.read()->value;
        class_attributes = parts.read()->value;
        if (const auto attributes = find_tlv(parts.rest(), 0xA1))
            if (const auto sequence = find_tlv(attributes->value, 0x30)) type = sequence->value;
    } else {
        plain_common = TlvWriter().put(0x03, kModifiable).bytes();
        common = plain_common;
    }
    TlvWriter writer;
    writer.nest(0x30, [&](TlvWriter& object) {
        object.nest(0x30, [&](TlvWriter& child) { put_common(child, common, label); });
        object.nest(0x30, [&](TlvWriter& child) { put_class(child, class_attributes, id, certificate); });
        object.nest(0xA1, [&](TlvWriter& child) {
            child.nest(0x30, [&](TlvWriter& sequence) { put_type(sequence, type, path, certificate); });
        });
    });
    return std::move(writer).bytes();
}

}  // namespace rakit::reference::pkcs15
