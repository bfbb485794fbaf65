#include "reference/cm/answer.hpp"

#include <algorithm>
#include <set>

#include "reference/cm/bodies.hpp"
#include "reference/cm/cmc.hpp"
#include "reference/cm/order_message.hpp"
#include "reference/cm/signed_data.hpp"

namespace rakit::reference {
namespace {

using cmc::ControlNumber;
using cmc::StatusInfo;

Unexpected invalid(std::string detail) { return fail(ErrorCode::cm_answer_invalid, std::move(detail)); }
Unexpected mismatch(std::string detail) { return fail(ErrorCode::cm_answer_mismatch, std::move(detail)); }

/// Controls are an answer's, decoded; each but the status stands at most once.
struct Controls {
    std::optional<Bytes> transaction_id;
    std::optional<Bytes> sender_nonce;
    std::optional<Bytes> recipient_nonce;
    std::optional<Bytes> data_return;
    std::optional<Bytes> response_info;
    std::vector<StatusInfo> statuses;
};

std::optional<Bytes>* place_of(Controls& controls, ControlNumber number) {
    switch (number) {
        case ControlNumber::transaction_id: return &controls.transaction_id;
        case ControlNumber::sender_nonce: return &controls.sender_nonce;
        case ControlNumber::recipient_nonce: return &controls.recipient_nonce;
        case ControlNumber::data_return: return &controls.data_return;
        case ControlNumber::response_info: return &controls.response_info;
        default: return nullptr;
    }
}

Result<Controls> decode_controls(ByteView pki_response) {
    const auto list = cmc::decode_pki_response(pki_response);
    if (!list) return fail(list.error());
    Controls controls;
    for (const auto& control : *list) {
        if (control.number == ControlNumber::status_info_v2) {
            auto status = cmc::decode_status_info(control.value);
            if (!status)
                return Unexpected{std::move(status).error().in("body part " + std::to_string(control.body_part))};
            controls.statuses.push_back(*std::move(status));
            continue;
        }
        std::optional<Bytes>* place = place_of(controls, control.number);
        if (place == nullptr || *place) return invalid("a control stands twice in the answer");
        auto value = control.number == ControlNumber::transaction_id ? cmc::decode_integer(control.value)
                                                                     : cmc::decode_octets(control.value);
        if (!value) return Unexpected{std::move(value).error().in("body part " + std::to_string(control.body_part))};
        *place = *std::move(value);
    }
    if (controls.statuses.empty()) return invalid("the answer has no status");
    return controls;
}

bool whole_message(const StatusInfo& status) { return status.body_parts == std::vector<std::uint32_t>{0}; }

/// check_echo is lenient only where the CM could not read the message that it refuses as a whole, so had nothing to
/// echo.
Result<void> check_echo(const Controls& controls, const Expected& expected) {
    const StatusInfo& first = controls.statuses.front();
    const bool unread = first.status == StatusInfo::kFailed && whole_message(first);
    const auto same = [&](const std::optional<Bytes>& got, const Bytes& wanted) {
        return got ? *got == wanted : unread;
    };
    ByteView magnitude = expected.transaction_id;
    while (magnitude.size() > 1 && magnitude[0] == 0) magnitude = magnitude.subspan(1);
    if (!same(controls.transaction_id, Bytes(magnitude.begin(), magnitude.end())))
        return mismatch("the answer belongs to another transaction");
    if (!same(controls.recipient_nonce, expected.nonce))
        return mismatch("the answer belongs to another message (nonce)");
    if (expected.data_return && !same(controls.data_return, *expected.data_return))
        return mismatch("the answer is about another card (dataReturn)");
    return {};
}

Error refusal(const StatusInfo& status, const Controls& controls) {
    const std::string where = "CMC bodyPart " + std::to_string(status.body_parts.front());
    if (controls.response_info) return read_refusal(*controls.response_info, where);
    Error error{ErrorCode::cm_answer_invalid, {}, {}, where, {}, {}};
    if (const auto code = cm_code(status.text)) error.code = *code;
    error.detail = "the CM refused: '" + status.text + "'";
    if (status.fail_info) error.detail += ", failInfo " + std::to_string(*status.fail_info);
    return error;
}

/// judge makes one outcome of the statuses: a refusal of any part refuses the order.
Result<Answer> judge(const Controls& controls) {
    for (const auto& status : controls.statuses)
        if (status.status == StatusInfo::kFailed) return fail(refusal(status, controls));
    Answer answer;
    const std::uint32_t outcome = controls.statuses.front().status;
    for (const auto& status : controls.statuses) {
        const bool pending = status.status == StatusInfo::kPending && status.pend_info;
        const bool good =
            status.status == StatusInfo::kSuccess || status.status == StatusInfo::kConfirmRequired || pending;
        if (!good || status.status != outcome)
            return fail(ErrorCode::cm_answer_invalid,
                        "CMCStatus " + std::to_string(status.status) + " is none that an order can have here",
                        "CMC bodyPart " + std::to_string(status.body_parts.front()));
        answer.body_parts.insert(answer.body_parts.end(), status.body_parts.begin(), status.body_parts.end());
    }
    if (!controls.sender_nonce || controls.sender_nonce->empty()) return invalid("the answer has no senderNonce");
    std::sort(answer.body_parts.begin(), answer.body_parts.end());
    answer.confirmation_required = outcome == StatusInfo::kConfirmRequired;
    if (outcome == StatusInfo::kPending) answer.pending = controls.statuses.front().pend_info;
    answer.sender_nonce = *controls.sender_nonce;
    if (controls.response_info) answer.response_info = *controls.response_info;
    return answer;
}

const x509::Certificate* find_by_digest(const std::vector<x509::Certificate>& bag, const std::string& sha256) {
    const auto found =
        std::find_if(bag.begin(), bag.end(), [&](const auto& entry) { return to_hex(entry.sha256()) == sha256; });
    return found == bag.end() ? nullptr : &*found;
}

bool on_key(const x509::Certificate& certificate, ByteView spki) {
    const auto wanted = ossl::parse_spki(spki);
    const auto got = certificate.public_key();
    const bool same = wanted && got && EVP_PKEY_eq(wanted->get(), got->get()) == 1;
    ossl::last_error();
    return same;
}

Result<x509::Certificate> match(const Answer& answer, const ResponseInfo& info, const OrderLine& line,
                                std::uint32_t part, UtcTime now) {
    const std::string where = "CMC bodyPart " + std::to_string(part);
    const auto refuse = [&](std::string detail) {
        return fail(Error{ErrorCode::cm_answer_mismatch, std::move(detail), {}, where, {}, line.key});
    };
    const auto named = std::find_if(info.lines.begin(), info.lines.end(), [&](const auto& entry) {
        return entry.body_part == part && entry.key == line.key;
    });
    if (named == info.lines.end()) return refuse("the CM names no certificate for the key");
    const auto* certificate = find_by_digest(answer.certificates, named->sha256);
    if (certificate == nullptr) return refuse("the certificate that the CM names is not in its answer");
    if (auto good = check_certificate(*certificate, line, now); !good) {
        Error error = std::move(good).error();
        error.where = where;
        return fail(std::move(error));
    }
    return *certificate;
}

}  // namespace

Result<void> check_certificate(const x509::Certificate& certificate, const OrderLine& line, UtcTime now) {
    const auto refuse = [&](ErrorCode code, std::string detail) {
        return fail(Error{code, std::move(detail), {}, {}, {}, line.key});
    };
    if (!on_key(certificate, line.spki))
        return refuse(ErrorCode::cm_answer_mismatch, "the CM's certificate is for another key");
    if (line.replaces == certificate || line.transport_certificate == certificate)
        return refuse(ErrorCode::cm_answer_mismatch, "the CM's certificate is the one that the card has already");
    if (certificate.not_after() < now)
        return refuse(ErrorCode::cm_answer_invalid,
                      "the CM's certificate has expired already, " + to_iso8601(certificate.not_after()));
    if (certificate.not_before() > now + kClockTolerance)
        return refuse(ErrorCode::cm_answer_invalid,
                      "the CM's certificate is not valid yet, " + to_iso8601(certificate.not_before()));
    return {};
}

Result<void> check_status_scope(const Answer& answer, const Order& order) {
    if (answer.body_parts == request_body_parts(order)) return {};
    return mismatch("the answer's status is not about exactly the requests of the order");
}

Result<Answer> read_answer(const net::HttpResponse& response, const Expected& expected,
                           const std::vector<x509::Certificate>& anchors, UtcTime now) {
    if (response.status != 200) return fail(read_refusal(response.body, "HTTP " + std::to_string(response.status)));
    auto opened = open_signed_answer(response.body, anchors, now);
    if (!opened) return fail(opened.error());
    const auto controls = decode_controls(opened->pki_response);
    if (!controls) return fail(controls.error());
    if (auto echo = check_echo(*controls, expected); !echo) return fail(echo.error());
    auto answer = judge(*controls);
    if (answer) answer->certificates = std::move(opened->certificates);
    return answer;
}

Result<Issued> match_certificates(const Answer& answer, const Order& order, UtcTime now) {
    const auto parts = request_body_parts(order);
    if (auto scope = check_status_scope(answer, order); !scope) return fail(scope.error());
    const auto info = read_response_info(answer.response_info);
    if (!info) return fail(info.error());
    if (info->lines.size() != order.lines.size())
        return mismatch("the CM issued for more or other keys than were asked for");
    Issued issued;
    issued.confirmation_required = answer.confirmation_required;
    issued.responder_nonce = answer.sender_nonce;
    for (std::size_t i = 0; i < order.lines.size(); ++i) {
        auto certificate = match(answer, *info, order.lines[i], parts[i], now);
        if (!certificate) return fail(certificate.error());
        issued.certificates.emplace_back(order.lines[i].key, *std::move(certificate));
    }
    for (const auto& digest : info->issuer_certificates) {
        const auto* certificate = find_by_digest(answer.certificates, digest);
        if (certificate == nullptr || !certificate->is_ca())
            return mismatch("an issuer certificate that the CM names is not in its answer, or is no CA's");
        issued.issuer_certificates.push_back(*certificate);
    }
    return issued;
}

}  // namespace rakit::reference
