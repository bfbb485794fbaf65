#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace rakit::cm {

/// BodyPartId numbers the parts of one PKIData; 0 means the PKIData itself (RFC 5272 section 3.2.2).
using BodyPartId = std::uint32_t;

/// TaggedRequest is a certification request with its body part: `tcr`, a PKCS#10, or `crm`, a CertReqMsg of CRMF.
struct TaggedRequest {
    BodyPartId id = 0;
    Bytes der;
    bool crmf = false;
};

/// TemplateChange is a modCertTemplate control (RFC 5272 section 6.5.1): what the officer wants in the certificate.
struct TemplateChange {
    std::vector<BodyPartId> requests;
    std::optional<Bytes> subject;     ///< DER Name
    std::optional<Bytes> extensions;  ///< the Extensions' contents: Extension, one after another
};

/// IssuerAndSerial names a certificate.
struct IssuerAndSerial {
    Bytes issuer;        ///< DER Name
    std::string serial;  ///< upper-case hex
    bool operator==(const IssuerAndSerial&) const = default;
    auto operator<=>(const IssuerAndSerial&) const = default;
};

/// RevokeRequest is a revokeRequest control (RFC 5272 section 6.11).
struct RevokeRequest {
    IssuerAndSerial target;
    int reason = 0;
};

/// PendInfo says when to ask again, and by which token.
struct PendInfo {
    Bytes token;
    UtcTime time{};
};

/// StatusInfo is a CMCStatusInfoV2 (RFC 5272 section 6.1.1).
struct StatusInfo {
    int status = 0;
    std::vector<BodyPartId> body_list;
    std::string text;
    std::optional<int> fail_info;
    std::optional<PendInfo> pend_info;
};

/// PkiData is a Full PKI Request's content (RFC 5272 section 3.2.1), with the controls that the CM knows.
struct PkiData {
    Bytes transaction_id;  ///< magnitude; empty if the control is absent, as are all of these
    Bytes sender_nonce;
    Bytes recipient_nonce;
    std::optional<Bytes> reg_info;
    std::optional<Bytes> data_return;
    std::vector<TemplateChange> template_changes;
    std::vector<RevokeRequest> revoke_requests;
    std::vector<IssuerAndSerial> acceptances;
    std::vector<StatusInfo> statuses;
    std::vector<BodyPartId> witnessed;   ///< requests whose possession the RA has seen itself (lraPOPWitness)
    std::optional<Bytes> pending_token;  ///< of queryPending
    std::vector<TaggedRequest> requests;
    /// SHA-256 over all parts but senderNonce and the signatures of the requests: two with the same ask for the same.
    Bytes contents_digest;
    /// what makes it unacceptable: request_malformed or control_unknown; the fields read until then stand.
    std::optional<Error> flaw;
};

/// parse_pki_data reads the BER of a PKIData. It never fails as a whole: see PkiData::flaw.
PkiData parse_pki_data(ByteView ber);

/// PkiResponse is what the CM answers with (RFC 5272 section 4.2).
struct PkiResponse {
    std::optional<StatusInfo> status;
    Bytes transaction_id;  ///< magnitude; empty: none
    Bytes sender_nonce;
    Bytes recipient_nonce;
    std::optional<Bytes> data_return;
    std::string response_info;  ///< JSON; empty: none
};

/// encode_pki_response gives the DER of a PKIResponse.
Bytes encode_pki_response(const PkiResponse& response);

/// encode_status gives the DER of a CMCStatusInfoV2.
Bytes encode_status(const StatusInfo& status);

/// Status values and our use of them (RFC 5272 section 6.1.3).
inline constexpr int kStatusSuccess = 0;
inline constexpr int kStatusFailed = 2;
inline constexpr int kStatusPending = 3;
inline constexpr int kStatusConfirmRequired = 5;

}  // namespace rakit::cm
