#include "common/iso7816/tlv.hpp"
#include "reference/cm/cmc.hpp"

namespace rakit::reference::cmc {
namespace {

using iso7816::TlvWriter;

constexpr std::uint32_t kInteger = 0x02;
constexpr std::uint32_t kOctetString = 0x04;
constexpr std::uint32_t kOid = 0x06;
constexpr std::uint32_t kEnumerated = 0x0A;
constexpr std::uint32_t kUtf8String = 0x0C;
constexpr std::uint32_t kSequence = 0x30;
constexpr std::uint32_t kSet = 0x31;
constexpr std::uint32_t kTcr = 0xA0;                 // TaggedRequest's tcr [0]
constexpr std::uint32_t kTemplateSubject = 0xA5;     // CertTemplate's subject [5], RFC 4211
constexpr std::uint32_t kTemplateExtensions = 0xA9;  // CertTemplate's extensions [9]
constexpr std::uint8_t kSuperseded = 4;

Bytes encode_integer(std::uint32_t value) {
    const Bytes magnitude{static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
    return cmc::encode_integer(magnitude);
}

Bytes control_oid(ControlNumber number) {
    return {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x07, static_cast<std::uint8_t>(number)};
}

void write_control(TlvWriter& to, const Control& control) {
    to.nest(kSequence, [&](TlvWriter& attribute) {
        attribute.raw(encode_integer(control.body_part));
        attribute.put(kOid, control_oid(control.number));
        attribute.put(kSet, control.value);
    });
}

void write_request(TlvWriter& to, const Request& request) {
    to.nest(kTcr, [&](TlvWriter& tcr) {
        tcr.raw(encode_integer(request.body_part));
        tcr.raw(request.certification_request);
    });
}

}  // namespace

Bytes encode_integer(ByteView magnitude) {
    while (magnitude.size() > 1 && magnitude[0] == 0) magnitude = magnitude.subspan(1);
    Bytes content;
    if (magnitude.empty() || (magnitude[0] & 0x80) != 0) content.push_back(0);
    append(content, magnitude);
    return TlvWriter().put(kInteger, content).bytes();
}

Bytes encode_octets(ByteView octets) { return TlvWriter().put(kOctetString, octets).bytes(); }

Bytes encode_pki_data(const std::vector<Control>& controls, const std::vector<Request>& requests) {
    TlvWriter out;
    out.nest(kSequence, [&](TlvWriter& data) {
        data.nest(kSequence, [&](TlvWriter& list) {
            for (const auto& control : controls) write_control(list, control);
        });
        data.nest(kSequence, [&](TlvWriter& list) {
            for (const auto& request : requests) write_request(list, request);
        });
        data.put(kSequence, {});
        data.put(kSequence, {});
    });
    return std::move(out).bytes();
}

Bytes encode_status_info(const StatusInfo& status) {
    TlvWriter out;
    out.nest(kSequence, [&](TlvWriter& info) {
        info.raw(encode_integer(status.status));
        info.nest(kSequence, [&](TlvWriter& list) {
            for (const auto part : status.body_parts) list.raw(encode_integer(part));
        });
        if (!status.text.empty()) info.put(kUtf8String, as_bytes(status.text));
        if (status.fail_info) info.raw(encode_integer(*status.fail_info));
    });
    return std::move(out).bytes();
}

Bytes encode_issuer_and_serial(ByteView issuer, ByteView serial) {
    return TlvWriter().nest(kSequence, [&](TlvWriter& pair) { pair.raw(issuer).raw(serial); }).bytes();
}

Bytes encode_revoke_request(ByteView issuer, ByteView serial) {
    TlvWriter out;
    out.nest(kSequence, [&](TlvWriter& revoke) {
        revoke.raw(issuer).raw(serial);
        revoke.put(kEnumerated, Bytes{kSuperseded});
    });
    return std::move(out).bytes();
}

Bytes encode_mod_cert_template(std::uint32_t request, ByteView subject, ByteView extensions) {
    TlvWriter out;
    out.nest(kSequence, [&](TlvWriter& mod) {
        mod.nest(kSequence, [&](TlvWriter& path) { path.raw(encode_integer(request)); });
        mod.nest(kSequence, [&](TlvWriter& references) { references.raw(encode_integer(request)); });
        mod.nest(kSequence, [&](TlvWriter& certificate) {
            certificate.put(kTemplateSubject, subject);
            if (!extensions.empty()) certificate.put(kTemplateExtensions, extensions);
        });
    });
    return std::move(out).bytes();
}

}  // namespace rakit::reference::cmc
