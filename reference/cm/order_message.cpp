#include "reference/cm/order_message.hpp"

#include <algorithm>

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

constexpr std::size_t kFixedControls = 4;  // transactionId, senderNonce, regInfo, dataReturn

}  // namespace

std::vector<std::uint32_t> request_body_parts(const Order& order) {
    const auto revoked = std::count_if(order.lines.begin(), order.lines.end(), revokes);
    auto next = static_cast<std::uint32_t>(kFixedControls + order.lines.size() + static_cast<std::size_t>(revoked)) + 1;
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
    const auto extensions = subject_extensions(order.fields);
    if (!extensions) return fail(extensions.error());
    const auto serial = from_hex(order.card_serial);
    if (!serial) return fail(ErrorCode::card_content_invalid, "the card's serial number is not hexadecimal");
    ControlList list;
    list.add(ControlNumber::transaction_id, der::encode_magnitude(order.transaction_id));
    list.add(ControlNumber::sender_nonce, cmc::encode_octets(order.sender_nonce));
    list.add(ControlNumber::reg_info, cmc::encode_octets(as_bytes(*reg_info)));
    list.add(ControlNumber::data_return, cmc::encode_octets(*serial));
    for (const auto id : ids)
        list.add(ControlNumber::mod_cert_template, cmc::encode_mod_cert_template(id, *subject, *extensions));
    for (const auto& line : order.lines)
        if (revokes(line))
            list.add(ControlNumber::revoke_request,
                     cmc::encode_revoke_request(line.replaces->issuer_der(), line.replaces->serial_der()));
    std::vector<cmc::Request> tagged;
    for (std::size_t i = 0; i < requests.size(); ++i) tagged.push_back({ids[i], requests[i]});
    return cmc::encode_pki_data(list.controls(), tagged);
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
