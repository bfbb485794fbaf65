#include "common/iso7816/tlv.hpp"
#include "reference/cm/cmc.hpp"
#include "reference/cm/der.hpp"

namespace rakit::reference::cmc {
namespace {

using iso7816::TlvWriter;

// TaggedRequest (RFC 5272 section 3.2.1.2)
constexpr std::uint32_t kTcr = der::constructed(0);
constexpr std::uint32_t kCrm = der::constructed(1);
// CertTemplate (RFC 4211 section 5)
constexpr std::uint32_t kTemplateSubject = der::constructed(5);
constexpr std::uint32_t kTemplatePublicKey = der::constructed(6);
constexpr std::uint32_t kTemplateExtensions = der::constructed(9);
constexpr std::uint32_t kRaVerified = der::context(0);  // ProofOfPossession's choice
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

/// inside takes a SEQUENCE's content, for an implicit tag of its own.
ByteView inside(ByteView sequence) { return iso7816::TlvReader(sequence).read()->value; }

void write_body_parts(TlvWriter& to, const std::vector<std::uint32_t>& parts) {
    to.nest(der::kSequence, [&](TlvWriter& list) {
        for (const auto part : parts) list.raw(der::encode_integer(part));
    });
}

void write_request(TlvWriter& to, const Request& request) {
    if (request.crmf) {
        to.put(kCrm, inside(request.content));
        return;
    }
    to.nest(kTcr, [&](TlvWriter& tcr) {
        tcr.raw(der::encode_integer(request.body_part));
        tcr.raw(request.content);
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
        write_body_parts(info, status.body_parts);
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

Bytes encode_lra_pop_witness(const std::vector<std::uint32_t>& requests) {
    TlvWriter out;
    out.nest(der::kSequence, [&](TlvWriter& witness) {
        witness.raw(der::encode_integer(0));  // pkiDataBodyid: this message
        write_body_parts(witness, requests);
    });
    return std::move(out).bytes();
}

Bytes encode_cert_req_msg(std::uint32_t request, ByteView subject, ByteView spki, ByteView extensions) {
    TlvWriter out;
    out.nest(der::kSequence, [&](TlvWriter& message) {
        message.nest(der::kSequence, [&](TlvWriter& certificate) {
            certificate.raw(der::encode_integer(request));
            certificate.nest(der::kSequence, [&](TlvWriter& wanted) {
                wanted.put(kTemplateSubject, subject).put(kTemplatePublicKey, inside(spki));
                if (!extensions.empty()) wanted.put(kTemplateExtensions, extensions);
            });
        });
        message.put(kRaVerified, {});
    });
    return std::move(out).bytes();
}

}  // namespace rakit::reference::cmc
