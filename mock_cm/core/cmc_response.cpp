#include "common/iso7816/tlv.hpp"
#include "mock_cm/core/cmc.hpp"
#include "mock_cm/core/cmc_syntax.hpp"

namespace rakit::cm {
namespace {

using iso7816::TlvWriter;

Bytes number(std::uint32_t value) {
    Bytes octets;
    for (int shift = 24; shift >= 0; shift -= 8)
        if (const auto octet = static_cast<std::uint8_t>(value >> shift); octet != 0 || !octets.empty() || shift == 0)
            octets.push_back(octet);
    if ((octets[0] & 0x80) != 0) octets.insert(octets.begin(), 0);
    return octets;
}

Bytes signed_magnitude(Bytes octets) {
    if (octets.empty() || (octets[0] & 0x80) != 0) octets.insert(octets.begin(), 0);
    return octets;
}

/// generalized_time writes DER's form, `20260301120000Z` (X.690 section 11.7).
std::string generalized_time(UtcTime time) {
    std::string text;
    for (const char c : to_iso8601(time))
        if (c != '-' && c != ':' && c != 'T') text += c;
    return text;
}

class ControlWriter {
public:
    void put(Control control, ByteView encoded_value) {
        const auto id = static_cast<std::uint32_t>(++x_last);
        Bytes oid(std::begin(kIdCmc), std::end(kIdCmc));
        oid.push_back(control);
        x_out.nest(kSequence, [&](TlvWriter& attribute) {
            attribute.put(kInteger, number(id)).put(kOid, oid).put(kSet, encoded_value);
        });
    }
    void put_octets(Control control, ByteView octets) {
        if (!octets.empty()) put(control, TlvWriter().put(kOctetString, octets).bytes());
    }
    const Bytes& bytes() const { return x_out.bytes(); }

private:
    int x_last = 0;
    TlvWriter x_out;
};

}  // namespace

Bytes encode_status(const StatusInfo& status) {
    TlvWriter out;
    out.nest(kSequence, [&](TlvWriter& info) {
        info.put(kInteger, number(static_cast<std::uint32_t>(status.status)));
        info.nest(kSequence, [&](TlvWriter& list) {
            for (const auto id : status.body_list) list.put(kInteger, number(id));
        });
        if (!status.text.empty()) info.put(kUtf8String, as_bytes(status.text));
        if (status.pend_info)
            info.nest(kSequence, [&](TlvWriter& pend) {
                pend.put(kOctetString, status.pend_info->token);
                pend.put(kGeneralizedTime, as_bytes(generalized_time(status.pend_info->time)));
            });
        else if (status.fail_info)
            info.put(kInteger, number(static_cast<std::uint32_t>(*status.fail_info)));
    });
    return std::move(out).bytes();
}

Bytes encode_pki_response(const PkiResponse& response) {
    ControlWriter controls;
    if (response.status) controls.put(kStatusInfoV2, encode_status(*response.status));
    if (!response.transaction_id.empty())
        controls.put(kTransactionId, TlvWriter().put(kInteger, signed_magnitude(response.transaction_id)).bytes());
    controls.put_octets(kSenderNonce, response.sender_nonce);
    controls.put_octets(kRecipientNonce, response.recipient_nonce);
    if (response.data_return) controls.put_octets(kDataReturn, *response.data_return);
    controls.put_octets(kResponseInfo, as_bytes(response.response_info));
    TlvWriter out;
    out.nest(kSequence,
             [&](TlvWriter& body) { body.put(kSequence, controls.bytes()).put(kSequence, {}).put(kSequence, {}); });
    return std::move(out).bytes();
}

}  // namespace rakit::cm
