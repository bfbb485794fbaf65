#include "reference/cm/cm_client.hpp"

#include <cstdlib>

#include "reference/cm/answer.hpp"
#include "reference/cm/bodies.hpp"
#include "reference/cm/op_pin_scan.hpp"
#include "reference/cm/order_message.hpp"
#include "reference/cm/signed_data.hpp"

namespace rakit::reference {
namespace {

constexpr std::size_t kNonceSize = 16;

net::HttpRequest get(std::string target, const char* accept) {
    return {"GET", std::move(target), {{"accept", accept}}, {}, {}};
}

net::HttpRequest post_cmc(ByteView body) {
    return {"POST",
            "/cmc",
            {{"content-type", "application/pkcs7-mime; smime-type=CMC-request"}, {"accept", "application/pkcs7-mime"}},
            Bytes(body.begin(), body.end()),
            {}};
}

Error http_refusal(const net::HttpResponse& response) {
    return read_refusal(response.body, "HTTP " + std::to_string(response.status));
}

/// read_cacerts decodes GET /cacerts: certificates that help to build a chain, trusted only under an anchor.
Result<std::vector<x509::Certificate>> read_cacerts(const net::HttpResponse& response) {
    if (response.status != 200) return fail(http_refusal(response));
    const auto der = from_base64(as_text(response.body));
    if (!der) return fail(ErrorCode::cm_answer_invalid, "not base64");
    return certificates_only(*der);
}

}  // namespace

CmClient::CmClient(HttpExchange& exchange, std::vector<x509::Certificate> anchors, Clock& clock, Rng& rng,
                   std::chrono::milliseconds deadline)
    : x_exchange(exchange), x_anchors(std::move(anchors)), x_clock(clock), x_rng(rng), x_deadline(deadline) {}

Result<std::vector<Procedure>> CmClient::procedures() {
    const auto response = x_exchange.exchange(get("/ra/procedures", "application/json"), x_deadline);
    if (!response) return Unexpected{Error(response.error()).in("procedures")};
    if (response->status != 200) return Unexpected{http_refusal(*response).in("procedures")};
    return read_procedures(response->body);
}

Result<std::pair<PrepareAnswer, Pin>> CmClient::prepare(const Order& order) {
    const auto body = write_prepare_request(order);
    if (!body) return Unexpected{Error(body.error()).in("prepare")};
    auto response = x_exchange.exchange({"POST",
                                         "/ra/prepare",
                                         {{"content-type", "application/json"}, {"accept", "application/json"}},
                                         to_bytes(*body),
                                         {}},
                                        x_deadline);
    if (!response) return Unexpected{std::move(response).error().in("prepare")};
    if (response->status != 200) return Unexpected{http_refusal(*response).in("prepare")};
    SecretBytes json(response->body.begin(), response->body.end());
    wipe(response->body.data(), response->body.size());
    auto pin = take_op_pin(json);
    if (!pin) return Unexpected{std::move(pin).error().in("prepare")};
    auto answer = read_prepare_answer(json);
    if (!answer) return Unexpected{std::move(answer).error().in("prepare")};
    if (answer->op_pin_held == pin->empty())
        return Unexpected{
            Error{ErrorCode::cm_answer_invalid, "an OP PIN is held exactly if it comes along", "prepare", {}, {}, {}}};
    return std::pair<PrepareAnswer, Pin>(*std::move(answer), *std::move(pin));
}

Result<Bytes> CmClient::encode_order(const Order& order, const std::vector<Bytes>& requests,
                                     const OfficerCredential& officer) {
    if (requests.size() != order.lines.size()) std::abort();
    const auto content = order_pki_data(order, requests);
    if (!content) return Unexpected{Error(content.error()).in("order")};
    std::vector<x509::Certificate> transport_certificates;
    for (const auto& line : order.lines)
        if (line.transport_certificate) transport_certificates.push_back(*line.transport_certificate);
    return sign_pki_data(*content, officer, transport_certificates, x_clock.now());
}

Result<Issued> CmClient::submit(ByteView encoded, const Order& order) {
    const auto response = x_exchange.exchange(post_cmc(encoded), x_deadline);
    if (!response) return Unexpected{Error(response.error()).in("submit")};
    const Expected expected{order.transaction_id, order.sender_nonce, from_hex(order.card_serial)};
    const auto answer = read_answer(*response, expected, x_anchors, x_clock.now());
    if (!answer) return Unexpected{Error(answer.error()).in("submit")};
    auto issued = match_certificates(*answer, order);
    if (!issued) return Unexpected{std::move(issued).error().in("submit")};
    if (auto trusted = check_issuers(*issued, answer->certificates); !trusted)
        return Unexpected{std::move(trusted).error().in("submit")};
    return issued;
}

Result<void> CmClient::check_issuers(const Issued& issued, std::vector<x509::Certificate> known) {
    bool asked = false;
    // The validity is not looked at: it may begin at the CM's now, which may be ahead of ours.
    const auto chained = [&](const x509::Certificate& certificate) {
        return x509::chains(certificate, known, x_anchors, std::nullopt);
    };
    for (const auto& [key, certificate] : issued.certificates) {
        bool good = chained(certificate);
        if (!good && !asked) {
            asked = true;
            const auto issuers =
                x_exchange.exchange(get("/cacerts", "application/pkcs7-mime"), x_deadline).and_then(read_cacerts);
            // The order stands: it must not look as if it was never sent, or refused.
            if (!issuers)
                return fail(ErrorCode::cm_timeout_after_submit,
                            "the CM issued, but its CA certificates can't be had: " + to_string(issuers.error()));
            known.insert(known.end(), issuers->begin(), issuers->end());
            good = chained(certificate);
        }
        if (!good)
            return fail(
                Error{ErrorCode::cm_untrusted, "the certificate was issued by none of the CM's CAs", {}, {}, {}, key});
    }
    for (const auto& certificate : issued.issuer_certificates)
        if (!chained(certificate))
            return fail(ErrorCode::cm_untrusted, "an issuer certificate to be written is none of the CM's CAs");
    return {};
}

Result<void> CmClient::confirm(const Order& order, const Issued& issued, bool accepted,
                               const OfficerCredential& officer) {
    const Bytes nonce = x_rng.bytes(kNonceSize);
    const auto encoded =
        sign_pki_data(confirmation_pki_data(order, issued, accepted, nonce), officer, {}, x_clock.now());
    if (!encoded) return Unexpected{Error(encoded.error()).in("confirm")};
    const auto response = x_exchange.exchange(post_cmc(*encoded), x_deadline);
    if (!response) return Unexpected{Error(response.error()).in("confirm")};
    const auto answer = read_answer(*response, {order.transaction_id, nonce, std::nullopt}, x_anchors, x_clock.now());
    if (!answer) return Unexpected{Error(answer.error()).in("confirm")};
    if (answer->confirmation_required)
        return fail(ErrorCode::cm_answer_invalid, "the CM asks to confirm a confirmation");
    return {};
}

}  // namespace rakit::reference
