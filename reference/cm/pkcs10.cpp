#include "common/iso7816/tlv.hpp"
#include "common/ossl/keys.hpp"
#include "reference/cm/order.hpp"
#include "reference/cm/subject.hpp"

namespace rakit::reference {
namespace {

using iso7816::TlvReader;
using iso7816::TlvWriter;

/// AlgorithmIdentifier sha256WithRSAEncryption (with NULL, RFC 4055) and ecdsa-with-SHA256 (without, RFC 5758).
const Bytes kRsaSha256{0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00};
const Bytes kEcdsaSha256{0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};

const Bytes kExtensionRequest{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x0E};

/// public_key_of takes the subjectPKInfo out of a CertificationRequestInfo.
Result<ossl::PKey> public_key_of(ByteView info) {
    TlvReader outer(info);
    const auto sequence = outer.read(0x30);
    if (!sequence) return fail(sequence.error());
    TlvReader inside(sequence->value);
    for (const std::uint32_t tag : {0x02U, 0x30U})  // version, subject
        if (const auto skipped = inside.read(tag); !skipped) return fail(skipped.error());
    const auto spki = inside.read(0x30);
    if (!spki) return fail(spki.error());
    return ossl::parse_spki(spki->whole);
}

}  // namespace

Result<Bytes> certification_request_info(const Order& order, const OrderLine& line, ByteView extensions) {
    const auto subject = subject_name(order.fields);
    if (!subject) return fail(subject.error());
    if (const auto key = ossl::parse_spki(line.spki); !key) {
        Error error = key.error();
        error.line = line.key;
        return fail(std::move(error).in("the public key of the request"));
    }
    TlvWriter info;
    info.nest(0x30, [&](TlvWriter& sequence) {
        sequence.put(0x02, Bytes{0});  // version v1
        sequence.raw(*subject).raw(line.spki);
        sequence.nest(0xA0, [&](TlvWriter& attributes) {  // not optional, even if there is none
            if (extensions.empty()) return;
            attributes.nest(0x30, [&](TlvWriter& attribute) {
                attribute.put(0x06, kExtensionRequest);
                attribute.nest(0x31, [&](TlvWriter& values) { values.put(0x30, extensions); });
            });
        });
    });
    return std::move(info).bytes();
}

Result<Bytes> certification_request(ByteView info, ByteView signature) {
    const auto key = public_key_of(info);
    if (!key) return fail(key.error());
    const bool rsa = EVP_PKEY_is_a(key->get(), "RSA") == 1;
    if (!rsa && EVP_PKEY_is_a(key->get(), "EC") != 1)
        return fail(ErrorCode::unsupported, "a certification request needs an RSA or EC key");
    Bytes bits{0};  // unused bits
    append(bits, signature);
    TlvWriter out;
    out.nest(0x30, [&](TlvWriter& request) {
        request.raw(info).raw(rsa ? kRsaSha256 : kEcdsaSha256);
        request.put(0x03, bits);
    });
    Bytes der = std::move(out).bytes();
    const unsigned char* cursor = der.data();
    const ossl::X509Request parsed(d2i_X509_REQ(nullptr, &cursor, static_cast<long>(der.size())));
    if (!parsed || X509_REQ_verify(parsed.get(), key->get()) != 1)
        return fail(ErrorCode::pop_failed, "the card's signature over the certification request does not verify");
    return der;
}

}  // namespace rakit::reference
