#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"

/// The client's codec of CMC (RFC 5272, 6402): what the RA sends is encoded, what the CM answers is decoded. DER.
namespace rakit::reference::cmc {

/// ControlNumber is the last arc of a control's OID below id-cmc 1.3.6.1.5.5.7.7 (RFC 5272 section 6).
enum class ControlNumber : std::uint8_t {
    data_return = 4,
    transaction_id = 5,
    sender_nonce = 6,
    recipient_nonce = 7,
    lra_pop_witness = 11,
    revoke_request = 17,
    reg_info = 18,
    response_info = 19,
    query_pending = 21,
    confirm_cert_acceptance = 24,
    status_info_v2 = 25,
    mod_cert_template = 31,
};

/// Control is a TaggedAttribute with one value.
struct Control {
    std::uint32_t body_part = 0;
    ControlNumber number{};
    Bytes value;  ///< DER of the value
};

/// Request is a TaggedRequest.
struct Request {
    std::uint32_t body_part = 0;
    Bytes content;      ///< PKCS#10 for a tcr, CertReqMsg for a crm; DER
    bool crmf = false;  ///< a crm, which has its body part id inside
};

/// PendInfo is what a pending status brings along.
struct PendInfo {
    Bytes token;
    UtcTime time;  ///< the earliest moment to ask again
};

/// StatusInfo is a CMCStatusInfoV2 (section 6.1.1).
struct StatusInfo {
    static constexpr std::uint32_t kSuccess = 0;
    static constexpr std::uint32_t kFailed = 2;
    static constexpr std::uint32_t kPending = 3;
    static constexpr std::uint32_t kConfirmRequired = 5;

    std::uint32_t status = kSuccess;
    std::vector<std::uint32_t> body_parts;
    std::string text;
    std::optional<std::uint32_t> fail_info;
    std::optional<PendInfo> pend_info{};
};

/// encode_pki_data gives a PKIData (section 3.2.1), without cmsSequence and otherMsgSequence.
Bytes encode_pki_data(const std::vector<Control>& controls, const std::vector<Request>& requests);

/// encode_octets gives an OCTET STRING.
Bytes encode_octets(ByteView octets);
/// encode_status_info gives a CMCStatusInfoV2.
Bytes encode_status_info(const StatusInfo& status);
/// encode_issuer_and_serial gives an IssuerAndSerialNumber from two DER parts.
Bytes encode_issuer_and_serial(ByteView issuer, ByteView serial);
/// encode_revoke_request gives a RevokeRequest (section 6.11), reason superseded(4).
Bytes encode_revoke_request(ByteView issuer, ByteView serial);
/// encode_mod_cert_template gives a ModCertTemplate (section 6.5.1) for one tcr; `replace` is TRUE, so DER leaves it
/// out. `subject` is a DER Name; `extensions` are DER Extension values one behind the other, or nothing.
Bytes encode_mod_cert_template(std::uint32_t request, ByteView subject, ByteView extensions);

/// encode_lra_pop_witness gives a LraPopWitness (section 6.8) for requests of the same message.
Bytes encode_lra_pop_witness(const std::vector<std::uint32_t>& requests);
/// encode_cert_req_msg gives a CertReqMsg (RFC 4211 section 3) whose id is `request`, with popo raVerified: the RA has
/// seen possession itself. `subject` is a DER Name, `spki` a DER SubjectPublicKeyInfo, `extensions` as above.
Bytes encode_cert_req_msg(std::uint32_t request, ByteView subject, ByteView spki, ByteView extensions);

/// decode_pki_response reads the controls of a PKIResponse (section 4.2); nested messages are passed over. Failure:
/// cm_answer_invalid with the offset in `where`, also for a control that ControlNumber has not, a body part id that is
/// 0 or used twice, and a control with more or less than one value.
Result<std::vector<Control>> decode_pki_response(ByteView der);

/// decode_integer gives the magnitude of a positive INTEGER, without leading zeros.
Result<Bytes> decode_integer(ByteView der);
/// decode_octets gives the octets of an OCTET STRING.
Result<Bytes> decode_octets(ByteView der);
/// decode_status_info reads a CMCStatusInfoV2; of a body part path the last id counts.
Result<StatusInfo> decode_status_info(ByteView der);

}  // namespace rakit::reference::cmc
