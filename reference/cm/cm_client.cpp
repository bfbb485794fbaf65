#include "reference/cm/cm_client.hpp"

#include <cstdlib>

#include "reference/cm/answer.hpp"
#include "reference/cm/bodies.hpp"
#include "reference/cm/order_message.hpp"
#include "reference/cm/signed_data.hpp"

namespace rakit::reference {
namespace {

constexpr std::size_t kNonceSize = 16;

net::HttpRequest post_cmc(ByteView body) {
    return {"POST",
            "/cmc",
            {{"content-type", "application/pkcs7-mime; smime-type=CMC-request"}, {"accept", "application/pkcs7-mime"}},
            Bytes(body.begin(), body.end()),
            {}};
}

}  // namespace

CmClient::CmClient(HttpExchange& exchange, std::vector<x509::Certificate> anchors, Clock& clock, Rng& rng,
                   std::chrono::milliseconds deadline)
    : x_routes(exchange, std::move(anchors), deadline), x_clock(clock), x_rng(rng) {}

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

Result<Submission> CmClient::submit(ByteView encoded, const Order& order, const Submission& so_far,
                                    const OfficerCredential& officer) {
    const auto& pending = so_far.pending;
    auto submission = pending
                          ? query(order, *pending, officer)
                          : read_submission(x_routes.tell(post_cmc(encoded)), order,
                                            {order.transaction_id, order.sender_nonce, from_hex(order.card_serial)});
    if (!submission) return Unexpected{std::move(submission).error().in(pending ? "ask again" : "submit")};
    return submission;
}

Result<Submission> CmClient::query(const Order& order, const Pending& pending, const OfficerCredential& officer) {
    const Bytes nonce = x_rng.bytes(kNonceSize);
    const auto encoded = sign_pki_data(query_pki_data(order, pending, nonce), officer, {}, x_clock.now());
    if (!encoded) return fail(encoded.error());
    return read_submission(x_routes.tell(post_cmc(*encoded)), order, {order.transaction_id, nonce, std::nullopt});
}

Result<Submission> CmClient::read_submission(const Result<net::HttpResponse>& response, const Order& order,
                                             const Expected& expected) {
    if (!response) return fail(response.error());
    const auto answer = read_answer(*response, expected, x_routes.anchors(), x_clock.now());
    if (!answer) return fail(answer.error());
    if (answer->pending) {
        if (auto scope = check_status_scope(*answer, order); !scope) return fail(scope.error());
        return Submission{{}, Pending{answer->pending->token, answer->pending->time, answer->sender_nonce}};
    }
    auto issued = match_certificates(*answer, order, x_clock.now());
    if (!issued) return fail(issued.error());
    if (auto trusted = x_routes.check_issuers(*issued, answer->certificates, x_clock.now()); !trusted)
        return fail(trusted.error());
    return Submission{*std::move(issued)};
}

Result<void> CmClient::confirm(const Order& order, const Issued& issued, bool accepted,
                               const OfficerCredential& officer) {
    const Bytes nonce = x_rng.bytes(kNonceSize);
    const auto encoded =
        sign_pki_data(confirmation_pki_data(order, issued, accepted, nonce), officer, {}, x_clock.now());
    if (!encoded) return Unexpected{Error(encoded.error()).in("confirm")};
    const auto response = x_routes.tell(post_cmc(*encoded));
    if (!response) return Unexpected{Error(response.error()).in("confirm")};
    const auto answer =
        read_answer(*response, {order.transaction_id, nonce, std::nullopt}, x_routes.anchors(), x_clock.now());
    if (!answer) return Unexpected{Error(answer.error()).in("confirm")};
    if (answer->confirmation_required || answer->pending)
        return fail(ErrorCode::cm_answer_invalid, "the CM asks to confirm a confirmation");
    return {};
}

}  // namespace rakit::reference
