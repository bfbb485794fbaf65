#include "mock_cm/est/est_host.hpp"

#include "mock_cm/core/cms.hpp"
#include "mock_cm/core/officers.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/request_log.hpp"
#include "mock_cm/core/single.hpp"
#include "mock_cm/web/media_type.hpp"
#include "mock_cm/web/target.hpp"

namespace rakit::cm {
namespace {

constexpr std::string_view kEst = "/.well-known/est/";

Error malformed(std::string cause, std::string remedy) {
    return refuse(ErrorCode::request_malformed, std::move(cause), std::move(remedy)).error;
}

/// Operation is a path taken apart: the label, if there is one, and what is asked for.
struct Operation {
    std::string label;
    std::string name;
};

Operation operation_of(std::string_view path) {
    const auto rest = path.substr(kEst.size());
    const auto slash = rest.rfind('/');
    if (slash == std::string_view::npos) return {"", std::string(rest)};
    return {std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
}

/// procedure_for gives the label, or the first procedure that EST can carry; empty if there is none.
std::string procedure_for(const Config& config, const std::string& label) {
    if (!label.empty()) return label;
    for (const auto& procedure : config.token_procedures)
        if (procedure.active && carries_single(procedure)) return procedure.name;
    return {};
}

Result<net::HttpResponse> certificates_answer(const std::vector<x509::Certificate>& certificates) {
    const auto message = certs_only(certificates);
    if (!message) return Unexpected{message.error()};
    return net::HttpResponse{
        200,
        {{"content-type", "application/pkcs7-mime; smime-type=certs-only"}, {"content-transfer-encoding", "base64"}},
        to_bytes(to_base64(*message) + "\n")};
}

bool is_pkcs10(const net::HttpRequest& request) {
    const auto type = request.headers.find("content-type");
    const auto media = type == request.headers.end() ? std::nullopt : parse_media_type(type->second);
    return media && media->type == "application/pkcs10";
}

}  // namespace

EstHost::EstHost(const CmHost& core, Store& store) : x_core(core), x_store(store) {}

net::HttpResponse EstHost::handle(const net::HttpRequest& request) {
    const auto context = x_core.context();
    const auto peer = x_core.peer(request.peer_certificate);
    LogEntry entry;
    entry.at = context.now;
    entry.category = "est";
    const auto* known = peer ? find_officer(context, *peer) : nullptr;
    if (known != nullptr) entry.officer = known->name;
    const auto refused = [&](const Error& error, int status = 0) {
        if (const auto logged = log_refusal(x_store, entry, error); !logged) return error_response(logged.error());
        return status == 0 ? error_response(error) : error_response(internal_error(error), status);
    };
    const auto target = parse_target(request.target);
    if (!target || target->path.rfind(kEst, 0) != 0)
        return refused(malformed("the request target can't be read", "See docs/formats/wire.md for the routes."), 400);
    const auto operation = operation_of(target->path);
    const bool reads = operation.name == "cacerts";
    if (!reads && operation.name != "simpleenroll" && operation.name != "simplereenroll")
        return refused(malformed("EST's " + operation.name + " is not served here", "Use cacerts or simpleenroll."),
                       404);
    if (request.method != (reads ? "GET" : "POST"))
        return refused(malformed("the method does not fit the resource", "See RFC 7030."), 405);
    if (reads) {
        const auto answer = certificates_answer(ca_certificates(context.hierarchy));
        return answer ? *answer : refused(answer.error());
    }
    if (!peer)
        return refused(refuse(ErrorCode::officer_unknown, "the connection shows no officer's certificate",
                              "Connect with an officer's TLS client certificate.")
                           .error);
    if (context.config.deviations.maintenance) return refused(maintenance());
    if (!is_pkcs10(request)) return refused(malformed("EST takes application/pkcs10", "Send that content type."), 415);
    const auto der = from_base64(as_text(request.body));
    if (!der || der->empty()) return refused(malformed("the body is no base64", "Send base64 of the PKCS#10."), 400);
    const auto issued = issue_single(
        context, x_store,
        {"est", procedure_for(context.config, operation.label), *der, *peer, *peer, std::nullopt, std::nullopt});
    if (!issued)  // logged already
        return issued.error().code == ErrorCode::request_malformed ? error_response(issued.error(), 400)
                                                                   : error_response(issued.error());
    const auto answer = certificates_answer({*issued});
    return answer ? *answer : refused(answer.error());
}

bool is_est_path(std::string_view path) { return path.substr(0, kEst.size()) == kEst; }

}  // namespace rakit::cm
