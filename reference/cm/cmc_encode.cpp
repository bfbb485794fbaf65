#include "common/iso7816/tlv.hpp"
#include "reference/cm/cmc.hpp"
#include "reference/cm/der.hpp"

namespace rakit::reference::cmc {
namespace {

using iso7816::TlvWriter;

constexpr std::uint32_t kTcr = 0xA0;                 // TaggedRequest's tcr [0]
constexpr std::uint32_t kTemplateSubject = 0xA5;     // CertTemplate's subject [5], RFC 4211
constexpr std::uint32_t kTemplateExtensions = 0xA9;  // CertTemplate's extensions [9]
constexpr std::uint8_t kSuperseded = 4;

Bytes control_oid(ControlNumber number) {
    return {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x07, static_cast<std::uint8_t>(number)};
}

void write_control(TlvWriter& to, const Control& control) {
    to.nest(der::kSequence, [&](TlvWriter& attribute) {
        attribute.raw(der::encode_integer(control.body_part));
        attribute.put(der::kOid, control_oid(control.number));
        attribute.put(der::kSet, control.value);
    });
}

void write_request(TlvWriter& to, const Request& request) {
    to.nest(kTcr, [&](TlvWriter& tcr) {
        tcr.raw(der::encode_integer(request.body_part));
        tcr.raw(request.certification_request);
    });
}

}  // namespace

Bytes encode_octets(ByteView octets) { return TlvWriter().put(der::kOctetString, octets).bytes(); }

Bytes encode_pki_data(const std::vector<Control>& controls, const std::vector<Request>& requests) {
    TlvWriter out;
    out.nest(der::kSequence, [&](TlvWriter& data) {
        data.nest(der::kSequence, [&](TlvWriter& list) {
            for (const auto& control : controls) write_control(list, control);
        });
        data.nest(der::kSequence, [&](TlvWriter& list) {
            for (const auto& request : requests) write_request(list, request);
        });
        data.put(der::kSequence, {});
        data.put(der::kSequence, {});
    });
    return std::move(out).bytes();
}

Bytes encode_status_info(const StatusInfo& status) {
    TlvWriter out;
    out.nest(der::kSequence, [&](TlvWriter& info) {
        info.raw(der::encode_integer(status.status));
        info.nest(der::kSequence, [&](TlvWriter& list) {
            for (const auto part : status.body_parts) list.raw(der::encode_integer(part));
        });
        if (!status.text.empty()) info.put(der::kUtf8String, as_bytes(status.text));
        if (status.fail_info) info.raw(der::encode_integer(*status.fail_info));
    });
    return std::move(out).bytes();
}

Bytes encode_issuer_and_serial(ByteView issuer, ByteView serial) {
    return TlvWriter().nest(der::kSequence, [&](TlvWriter& pair) { pair.raw(issuer).raw(serial); }).bytes();
}

Bytes encode_revoke_request(ByteView issuer, ByteView serial) {
    TlvWriter out;
    out.nest(der::kSequence, [&](TlvWriter& revoke) {
        revoke.raw(issuer).raw(serial);
        revoke.put(der::kEnumerated, Bytes{kSuperseded});
    });
    return std::move(out).bytes();
}

Bytes encode_mod_cert_template(std::uint32_t request, ByteView subject, ByteView extensions) {
    TlvWriter out;
    out.nest(der::kSequence, [&](TlvWriter& mod) {
        mod.nest(der::kSequence, [&](TlvWriter& path) { path.raw(der::encode_integer(request)); });
        mod.nest(der::kSequence, [&](TlvWriter& references) { references.raw(der::encode_integer(request)); });
        mod.nest(der::kSequence, [&](TlvWriter& certificate) {
            certificate.put(kTemplateSubject, subject);
            if (!extensions.empty()) certificate.put(kTemplateExtensions, extensions);
        });
    });
    return std::move(out).bytes();
}

}  // namespace rakit::reference::cmc
