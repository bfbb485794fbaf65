#include "reference/cm/cm_routes.hpp"

#include "reference/cm/bodies.hpp"
#include "reference/cm/op_pin_scan.hpp"
#include "reference/cm/signed_data.hpp"

namespace rakit::reference {
namespace {

net::HttpRequest get(std::string target, const char* accept) {
    return {"GET", std::move(target), {{"accept", accept}}, {}, {}};
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

Result<net::HttpResponse> CmRoutes::tell(const net::HttpRequest& request) {
    auto response = ask(request);
    if (response || response.error().code != ErrorCode::cm_no_answer) return response;
    Error error = std::move(response).error();
    error.code = ErrorCode::cm_timeout_after_submit;
    return fail(std::move(error));
}

Result<std::vector<Procedure>> CmRoutes::procedures() {
    const auto response = ask(get("/ra/procedures", "application/json"));
    if (!response) return Unexpected{Error(response.error()).in("procedures")};
    if (response->status != 200) return Unexpected{http_refusal(*response).in("procedures")};
    return read_procedures(response->body);
}

Result<std::pair<PrepareAnswer, Pin>> CmRoutes::prepare(const Order& order) {
    const auto body = write_prepare_request(order);
    if (!body) return Unexpected{Error(body.error()).in("prepare")};
    auto response = ask({"POST",
                         "/ra/prepare",
                         {{"content-type", "application/json"}, {"accept", "application/json"}},
                         to_bytes(*body),
                         {}});
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

Result<void> CmRoutes::check_issuers(const Issued& issued, std::vector<x509::Certificate> known, UtcTime now) {
    bool asked = false;
    // A validity may begin at the CM's now, which may be ahead of ours: then that is the time to judge at.
    const auto chained = [&](const x509::Certificate& certificate) {
        return x509::chains(certificate, known, x_anchors, std::max(now, certificate.not_before()));
    };
    for (const auto& [key, certificate] : issued.certificates) {
        bool good = chained(certificate);
        if (!good && !asked) {
            asked = true;
            const auto issuers = ask(get("/cacerts", "application/pkcs7-mime")).and_then(read_cacerts);
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

}  // namespace rakit::reference
