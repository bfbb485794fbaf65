#include "reference/cm/order_message.hpp"

#include <algorithm>

#include "common/ossl/keys.hpp"
#include "reference/cm/bodies.hpp"
#include "reference/cm/cmc.hpp"
#include "reference/cm/der.hpp"
#include "reference/cm/subject.hpp"

namespace rakit::reference {
namespace {

using cmc::Control;
using cmc::ControlNumber;

/// A TC is exchanged, not revoked: the CM marks it used.
bool revokes(const OrderLine& line) {
    return line.action == "redo" && line.replaces && line.replaces != line.transport_certificate;
}

/// ControlList numbers what is added, from 1.
class ControlList {
public:
    void add(ControlNumber number, Bytes value) {
        x_controls.push_back({static_cast<std::uint32_t>(x_controls.size()) + 1, number, std::move(value)});
    }
    const std::vector<Control>& controls() const { return x_controls; }

private:
    std::vector<Control> x_controls;
};

constexpr std::uint32_t kFixedControls = 4;  // transactionId, senderNonce, regInfo, dataReturn

/// number_of_controls counts besides: a modCertTemplate for each tcr, one lraPOPWitness for all crm, the
/// revokeRequests.
std::uint32_t number_of_controls(const Order& order) {
    std::uint32_t count = kFixedControls;
    bool witnessed = false;
    for (const auto& line : order.lines) {
        count += (line.witnessed ? 0U : 1U) + (revokes(line) ? 1U : 0U);
        witnessed = witnessed || line.witnessed;
    }
    return count + (witnessed ? 1U : 0U);
}

Result<Bytes> template_extensions(const Order& order) {
    auto extensions = subject_extensions(order.fields);
    if (extensions) append(*extensions, encode_qc_extension(order.qc_statements));
    return extensions;
}

}  // namespace

std::vector<std::uint32_t> request_body_parts(const Order& order) {
    auto next = number_of_controls(order) + 1;
    std::vector<std::uint32_t> ids;
    for (std::size_t i = 0; i < order.lines.size(); ++i) ids.push_back(next++);
    return ids;
}

Result<Bytes> order_pki_data(const Order& order, const std::vector<Bytes>& requests) {
    const auto ids = request_body_parts(order);
    const auto reg_info = write_reg_info(order, ids);
    if (!reg_info) return fail(reg_info.error());
    const auto subject = subject_name(order.fields);
    if (!subject) return fail(subject.error());
    const auto extensions = template_extensions(order);
    if (!extensions) return fail(extensions.error());
    const auto serial = from_hex(order.card_serial);
    if (!serial) return fail(ErrorCode::card_content_invalid, "the card's serial number is not hexadecimal");
    ControlList list;
    list.add(ControlNumber::transaction_id, der::encode_magnitude(order.transaction_id));
    list.add(ControlNumber::sender_nonce, cmc::encode_octets(order.sender_nonce));
    list.add(ControlNumber::reg_info, cmc::encode_octets(as_bytes(*reg_info)));
    list.add(ControlNumber::data_return, cmc::encode_octets(*serial));
    std::vector<std::uint32_t> witnessed;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (order.lines[i].witnessed)
            witnessed.push_back(ids[i]);
        else
            list.add(ControlNumber::mod_cert_template, cmc::encode_mod_cert_template(ids[i], *subject, *extensions));
    }
    if (!witnessed.empty()) list.add(ControlNumber::lra_pop_witness, cmc::encode_lra_pop_witness(witnessed));
    for (const auto& line : order.lines)
        if (revokes(line))
            list.add(ControlNumber::revoke_request,
                     cmc::encode_revoke_request(line.replaces->issuer_der(), line.replaces->serial_der()));
    std::vector<cmc::Request> tagged;
    for (std::size_t i = 0; i < requests.size(); ++i) tagged.push_back({ids[i], requests[i], order.lines[i].witnessed});
    return cmc::encode_pki_data(list.controls(), tagged);
}

Result<Bytes> witnessed_request(const Order& order, const OrderLine& line) {
    const auto at = std::find(order.lines.begin(), order.lines.end(), line) - order.lines.begin();
    const auto subject = subject_name(order.fields);
    if (!subject) return fail(subject.error());
    const auto extensions = template_extensions(order);
    if (!extensions) return fail(extensions.error());
    if (const auto key = ossl::parse_spki(line.spki); !key)
        return fail(Error{key.error().code, key.error().detail, "the public key of the request", {}, {}, line.key});
    const auto part = request_body_parts(order).at(static_cast<std::size_t>(at));
    return cmc::encode_cert_req_msg(part, *subject, line.spki, *extensions);
}

Bytes query_pki_data(const Order& order, const Pending& pending, ByteView sender_nonce) {
    ControlList list;
    list.add(ControlNumber::transaction_id, der::encode_magnitude(order.transaction_id));
    list.add(ControlNumber::sender_nonce, cmc::encode_octets(sender_nonce));
    list.add(ControlNumber::recipient_nonce, cmc::encode_octets(pending.responder_nonce));
    list.add(ControlNumber::query_pending, cmc::encode_octets(pending.token));
    return cmc::encode_pki_data(list.controls(), {});
}

Bytes confirmation_pki_data(const Order& order, const Issued& issued, bool accepted, ByteView sender_nonce) {
    ControlList list;
    list.add(ControlNumber::transaction_id, der::encode_magnitude(order.transaction_id));
    list.add(ControlNumber::sender_nonce, cmc::encode_octets(sender_nonce));
    list.add(ControlNumber::recipient_nonce, cmc::encode_octets(issued.responder_nonce));
    if (accepted) {
        for (const auto& [key, certificate] : issued.certificates)
            list.add(ControlNumber::confirm_cert_acceptance,
                     cmc::encode_issuer_and_serial(certificate.issuer_der(), certificate.serial_der()));
    } else {
        const cmc::StatusInfo refused{cmc::StatusInfo::kFailed, request_body_parts(order), {}, {}};
        list.add(ControlNumber::status_info_v2, cmc::encode_status_info(refused));
    }
    return cmc::encode_pki_data(list.controls(), {});
}

}  // namespace rakit::reference
