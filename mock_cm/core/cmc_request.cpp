#include "mock_cm/core/cmc.hpp"

#include <algorithm>
#include <set>

#include "common/iso7816/tlv.hpp"
#include "common/ossl/digest.hpp"
#include "mock_cm/core/ber.hpp"
#include "mock_cm/core/cmc_syntax.hpp"

namespace rakit::cm {
namespace {

using iso7816::Tlv;
using iso7816::TlvReader;

/// Malformed leaves the nested readers; it never leaves this file.
struct Malformed {
    std::string what;
};

[[noreturn]] void malformed(std::string what) { throw Malformed{std::move(what)}; }

Tlv take(TlvReader& reader, std::uint32_t tag, const char* what) {
    auto tlv = reader.read(tag);
    if (!tlv) malformed(std::string(what) + ": " + tlv.error().detail + " at " + tlv.error().where);
    return *tlv;
}

Tlv take_any(TlvReader& reader, const char* what) {
    auto tlv = reader.read();
    if (!tlv) malformed(std::string(what) + ": " + tlv.error().detail + " at " + tlv.error().where);
    return *tlv;
}

void finish(const TlvReader& reader, const char* what) {
    if (!reader.at_end()) malformed(std::string(what) + " has octets left over");
}

/// only reads the one data object that `value` must consist of.
Tlv only(ByteView value, std::uint32_t tag, const char* what) {
    TlvReader reader(value);
    const Tlv tlv = take(reader, tag, what);
    finish(reader, what);
    return tlv;
}

Bytes copy(ByteView octets) { return Bytes(octets.begin(), octets.end()); }

/// magnitude checks a DER INTEGER's contents to be minimal and not negative, and takes off the sign octet.
Bytes magnitude(ByteView contents, std::size_t limit, const char* what) {
    if (contents.empty()) malformed(std::string(what) + " is an empty INTEGER");
    if ((contents[0] & 0x80) != 0) malformed(std::string(what) + " is negative");
    if (contents.size() > 1 && contents[0] == 0) {
        if ((contents[1] & 0x80) == 0) malformed(std::string(what) + " is not the shortest encoding");
        contents = contents.subspan(1);
    }
    if (contents.size() > limit) malformed(std::string(what) + " is longer than " + std::to_string(limit) + " octets");
    return copy(contents);
}

std::uint32_t small_number(ByteView contents, const char* what) {
    std::uint32_t value = 0;
    for (const auto octet : magnitude(contents, 4, what)) value = value << 8 | octet;
    return value;
}

/// path_end reads a BodyPartPath; only paths inside this PKIData are of use here, so its last element counts.
BodyPartId path_end(ByteView contents, const char* what) {
    std::optional<BodyPartId> last;
    TlvReader reader(contents);
    while (!reader.at_end()) last = small_number(take(reader, kInteger, what).value, what);
    if (!last) malformed(std::string(what) + " holds an empty path");
    return *last;
}

std::vector<BodyPartId> body_part_ids(ByteView contents, const char* what) {
    std::vector<BodyPartId> ids;
    TlvReader reader(contents);
    while (!reader.at_end()) {
        if (const auto path = reader.read_optional(kSequence))
            ids.push_back(path_end(path->value, what));
        else
            ids.push_back(small_number(take(reader, kInteger, what).value, what));
    }
    return ids;
}

IssuerAndSerial issuer_and_serial(TlvReader& reader, const char* what) {
    IssuerAndSerial name;
    name.issuer = copy(take(reader, kSequence, what).whole);
    name.serial = to_hex(magnitude(take(reader, kInteger, what).value, 64, what));
    return name;
}

RevokeRequest revoke_request(ByteView value) {
    TlvReader reader(only(value, kSequence, "revokeRequest").value);
    RevokeRequest request;
    request.target = issuer_and_serial(reader, "revokeRequest");
    request.reason = static_cast<int>(small_number(take(reader, kEnumerated, "revokeRequest").value, "CRLReason"));
    reader.read_optional(0x18);  // invalidityDate, passphrase, comment: allowed, of no use here
    reader.read_optional(kOctetString);
    reader.read_optional(kUtf8String);
    finish(reader, "revokeRequest");
    return request;
}

StatusInfo status_info(ByteView value) {
    TlvReader reader(only(value, kSequence, "statusInfoV2").value);
    StatusInfo status;
    status.status = static_cast<int>(small_number(take(reader, kInteger, "cMCStatus").value, "cMCStatus"));
    status.body_list = body_part_ids(take(reader, kSequence, "bodyList").value, "bodyList");
    if (const auto text = reader.read_optional(kUtf8String)) status.text = as_text(text->value);
    if (const auto info = reader.read_optional(kInteger))
        status.fail_info = static_cast<int>(small_number(info->value, "failInfo"));
    else if (!reader.at_end())
        take_any(reader, "otherInfo");
    finish(reader, "statusInfoV2");
    return status;
}

/// cert_template reads the two fields of a CertTemplate (RFC 4211 section 5) that an officer may choose.
void cert_template(ByteView contents, TemplateChange& change) {
    constexpr std::uint32_t kSubject = 0xA5, kExtensions = 0xA9;
    TlvReader reader(contents);
    while (!reader.at_end()) {
        const Tlv field = take_any(reader, "certTemplate");
        if (field.tag == kSubject && !change.subject)
            change.subject = copy(only(field.value, kSequence, "certTemplate subject").whole);
        else if (field.tag == kExtensions && !change.extensions)
            change.extensions = copy(field.value);
        else
            malformed("certTemplate has a field that is neither one subject nor one extensions");
    }
}

TemplateChange template_change(ByteView value) {
    TlvReader reader(only(value, kSequence, "modCertTemplate").value);
    TemplateChange change;
    const auto path = body_part_ids(take(reader, kSequence, "pkiDataReference").value, "pkiDataReference");
    change.requests = body_part_ids(take(reader, kSequence, "certReferences").value, "certReferences");
    // The path may end at the request itself; then it needs no reference of its own.
    if (change.requests.empty() && !path.empty()) change.requests.push_back(path.back());
    if (const auto replace = reader.read_optional(kBoolean);
        replace && (replace->value.size() != 1 || replace->value[0] == 0))
        malformed("modCertTemplate with replace FALSE is not supported");
    cert_template(take(reader, kSequence, "certTemplate").value, change);
    finish(reader, "modCertTemplate");
    if (change.requests.empty()) malformed("modCertTemplate refers to no request");
    return change;
}

void set_once(Bytes& field, Bytes value, const char* what) {
    if (!field.empty()) malformed(std::string(what) + " stands twice");
    if (value.empty()) malformed(std::string(what) + " is empty");
    field = std::move(value);
}

void set_once(std::optional<Bytes>& field, ByteView value, const char* what) {
    if (field) malformed(std::string(what) + " stands twice");
    field = copy(value);
}

/// Parser walks one PKIData; what it has read when it throws stands in `data`.
class Parser {
public:
    explicit Parser(PkiData& data) : x_data(data) {}

    void pki_data(ByteView der) {
        TlvReader reader(only(der, kSequence, "PKIData").value);
        each(take(reader, kSequence, "controlSequence").value, [this](TlvReader& at) { control(at); });
        each(take(reader, kSequence, "reqSequence").value, [this](TlvReader& at) { request(at); });
        each(take(reader, kSequence, "cmsSequence").value, [this](TlvReader& at) { other_part(at, "cmsSequence"); });
        each(take(reader, kSequence, "otherMsgSequence").value,
             [this](TlvReader& at) { other_part(at, "otherMsgSequence"); });
        finish(reader, "PKIData");
        for (const auto id : x_data.witnessed)
            if (std::none_of(x_data.requests.begin(), x_data.requests.end(), [&](const auto& r) { return r.id == id; }))
                malformed("lraPOPWitness names body part " + std::to_string(id) + ", no request");
        x_data.contents_digest = ossl::sha256(x_digested);
    }

private:
    template <class Read>
    static void each(ByteView contents, Read&& read) {
        TlvReader reader(contents);
        while (!reader.at_end()) read(reader);
    }

    BodyPartId body_part(TlvReader& reader) {
        const BodyPartId id = small_number(take(reader, kInteger, "bodyPartID").value, "bodyPartID");
        if (id == 0) malformed("body part id 0 is reserved for the whole message");
        if (!x_ids.insert(id).second) malformed("body part id " + std::to_string(id) + " is not unique");
        return id;
    }

    void control(TlvReader& at) {
        const Tlv whole = take(at, kSequence, "TaggedAttribute");
        TlvReader reader(whole.value);
        body_part(reader);
        const ByteView oid = take(reader, kOid, "attrType").value;
        const Tlv values = take(reader, kSet, "attrValues");
        finish(reader, "TaggedAttribute");
        const bool ours = oid.size() == sizeof kIdCmc + 1 && equal_bytes(oid.first(sizeof kIdCmc), kIdCmc);
        if (!ours || !known_control(oid.back(), values.value)) {
            // Not the end of reading: the answer needs the transaction and the nonce that may follow.
            if (!x_data.flaw)
                x_data.flaw = Error{ErrorCode::control_unknown,
                                    "the CM does not know a control of this message: OID octets " + to_hex(oid),
                                    {},
                                    {},
                                    "Send only the controls that docs/formats/wire.md lists.",
                                    {}};
            return;
        }
        if (oid.back() != kSenderNonce) append(x_digested, whole.whole);
    }

    bool known_control(std::uint8_t arc, ByteView value) {
        switch (arc) {
            case kDataReturn:
                set_once(x_data.data_return, only(value, kOctetString, "dataReturn").value, "dataReturn");
                return true;
            case kTransactionId:
                set_once(x_data.transaction_id,
                         magnitude(only(value, kInteger, "transactionId").value, 20, "transactionId"), "transactionId");
                return true;
            case kSenderNonce:
                set_once(x_data.sender_nonce, copy(only(value, kOctetString, "senderNonce").value), "senderNonce");
                return true;
            case kRecipientNonce:
                set_once(x_data.recipient_nonce, copy(only(value, kOctetString, "recipientNonce").value),
                         "recipientNonce");
                return true;
            case kRegInfo:
                set_once(x_data.reg_info, only(value, kOctetString, "regInfo").value, "regInfo");
                return true;
            case kLraPopWitness: witness(value); return true;
            case kQueryPending:
                set_once(x_data.pending_token, only(value, kOctetString, "queryPending").value, "queryPending");
                return true;
            case kRevokeRequest: x_data.revoke_requests.push_back(revoke_request(value)); return true;
            case kStatusInfoV2: x_data.statuses.push_back(status_info(value)); return true;
            case kModCertTemplate: x_data.template_changes.push_back(template_change(value)); return true;
            case kConfirmCertAcceptance: acceptance(value); return true;
            default: return false;
        }
    }

    void acceptance(ByteView value) {
        TlvReader reader(only(value, kSequence, "confirmCertAcceptance").value);
        x_data.acceptances.push_back(issuer_and_serial(reader, "confirmCertAcceptance"));
        finish(reader, "confirmCertAcceptance");
    }

    void request(TlvReader& at) {
        constexpr std::uint32_t kTcr = 0xA0, kCrm = 0xA1;
        if (const auto message = at.read_optional(kCrm)) return crm(message->value);
        TlvReader reader(take(at, kTcr, "reqSequence (only tcr and crm are supported)").value);
        TaggedRequest tagged;
        tagged.id = body_part(reader);
        const Tlv pkcs10 = take(reader, kSequence, "certificationRequest");
        finish(reader, "tcr");
        tagged.der = copy(pkcs10.whole);
        TlvReader inside(pkcs10.value);
        append(x_digested, take(inside, kSequence, "certificationRequestInfo").whole);
        x_data.requests.push_back(std::move(tagged));
    }

    /// crm reads a CertReqMsg; its certReqId is its body part id (RFC 5272 section 3.2.1.2.2).
    void crm(ByteView contents) {
        TlvReader reader(contents);
        const Tlv wanted = take(reader, kSequence, "certReq");
        TlvReader inside(wanted.value);
        TaggedRequest tagged;
        tagged.id = body_part(inside);
        tagged.crmf = true;
        tagged.der = iso7816::TlvWriter().put(kSequence, contents).bytes();
        append(x_digested, wanted.whole);
        x_data.requests.push_back(std::move(tagged));
    }

    void witness(ByteView value) {
        TlvReader reader(only(value, kSequence, "lraPOPWitness").value);
        if (small_number(take(reader, kInteger, "pkiDataBodyid").value, "pkiDataBodyid") != 0)
            malformed("lraPOPWitness is about another PKIData than this one");
        const auto ids = body_part_ids(take(reader, kSequence, "bodyIds").value, "bodyIds");
        finish(reader, "lraPOPWitness");
        x_data.witnessed.insert(x_data.witnessed.end(), ids.begin(), ids.end());
    }

    /// Parts that no control refers to are read over (RFC 5272 section 3.2.1).
    void other_part(TlvReader& at, const char* what) {
        const Tlv whole = take(at, kSequence, what);
        TlvReader reader(whole.value);
        body_part(reader);
        append(x_digested, whole.whole);
    }

    PkiData& x_data;
    std::set<BodyPartId> x_ids;
    Bytes x_digested;
};

}  // namespace

PkiData parse_pki_data(ByteView ber) {
    PkiData data;
    try {
        // What is no BER at all is named by the parser, which knows what should stand there.
        Parser(data).pki_data(definite_lengths(ber).value_or(copy(ber)));
    } catch (const Malformed& problem) {
        data.flaw = Error{ErrorCode::request_malformed,
                          problem.what,
                          {},
                          {},
                          "Encode the message as RFC 5272 and docs/formats/wire.md say.",
                          {}};
    }
    return data;
}

}  // namespace rakit::cm
