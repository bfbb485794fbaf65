#include "mock_cm/front/front_host.hpp"

#include <array>

#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/request_log.hpp"
#include "mock_cm/web/media_type.hpp"
#include "mock_cm/web/target.hpp"

namespace rakit::cm {
namespace {

struct Route {
    std::string_view path;
    std::string_view method;
    std::string_view type;  ///< of the request's body; empty: it has none
    bool open;
};

constexpr std::array kCoreRoutes{
    Route{"/cacerts", "GET", "", true},
    Route{"/ra/procedures", "GET", "", false},
    Route{"/ra/prepare", "POST", "application/json", false},
    Route{"/cmc", "POST", "application/pkcs7-mime", false},
};

bool is_pki_path(std::string_view path) {
    return path.rfind("/crl/", 0) == 0 || path == "/ocsp" || path.rfind("/ocsp/", 0) == 0;
}

Error malformed(std::string cause) {
    return refuse(ErrorCode::request_malformed, std::move(cause), "See docs/formats/wire.md for the routes.").error;
}

/// gate_refusal is why the canonical dialect refuses a request unread; nothing if it doesn't.
std::optional<Error> gate_refusal(const CmHost& core, const net::HttpRequest& request, std::string_view path) {
    for (const auto& route : kCoreRoutes) {
        if (route.path != path) continue;
        if (route.method != request.method) return malformed("the method does not fit the resource");
        if (!route.open && !core.peer(request.peer_certificate))
            return refuse(ErrorCode::officer_unknown, "the connection shows no officer's certificate",
                          "Connect with an officer's TLS client certificate.")
                .error;
        const auto type = request.headers.find("content-type");
        const auto media = type == request.headers.end() ? std::nullopt : parse_media_type(type->second);
        if (!route.type.empty() && (!media || media->type != route.type))
            return malformed("the body is not " + std::string(route.type));
        return std::nullopt;
    }
    return malformed("there is no such resource here");
}

/// pki_refusal is the same for CRL and OCSP, with its HTTP status.
std::optional<std::pair<Error, int>> pki_refusal(const net::HttpRequest& request, std::string_view path) {
    const bool posts = path == "/ocsp";
    if (request.method != (posts ? "POST" : "GET"))
        return std::pair{malformed("the method does not fit the resource"), 405};
    const auto type = request.headers.find("content-type");
    const auto media = type == request.headers.end() ? std::nullopt : parse_media_type(type->second);
    if (posts && (!media || media->type != "application/ocsp-request"))
        return std::pair{malformed("the body is not application/ocsp-request"), 415};
    return std::nullopt;
}

}  // namespace

FrontHost::FrontHost(CmHost& core, Store& store)
    : x_core(core), x_store(store), x_rest(core, store), x_est(core, store), x_pki(core, store) {}

void FrontHost::log(const std::string& category, const Error& refusal) {
    LogEntry entry;
    entry.at = x_core.context().now;
    entry.category = category;
    // A log that can't be written shows at the next order, which is refused with cm_internal.
    (void)log_refusal(x_store, entry, refusal);
}

void FrontHost::log_broken(const std::string& what) {
    log("transport", refuse(ErrorCode::request_malformed, what, "Speak HTTP/1.1 over TLS 1.2 or 1.3.").error);
}

net::HttpResponse FrontHost::route(const net::HttpRequest& request) {
    const auto path = path_of(request.target);
    if (is_rest_path(path)) return x_rest.handle(request);
    if (is_est_path(path)) return x_est.handle(request);
    if (is_pki_path(path)) {
        const auto refused = pki_refusal(request, path);
        if (!refused) return x_pki.handle(request);
        log("message", refused->first);
        return error_response(refused->first, refused->second);
    }
    if (path == "/openapi.json" && request.method == "GET")
        return {200, {{"content-type", "application/json"}}, to_bytes(openapi_text())};
    if (const auto refused = gate_refusal(x_core, request, path)) log("message", *refused);
    return x_core.handle(request);
}

net::HttpResponse FrontHost::handle(const net::HttpRequest& request) {
    try {
        return route(request);
    } catch (const std::exception&) {  // of a library: out of memory, say
        const auto failed = refuse(ErrorCode::cm_internal, "the CM failed while answering", "Try again.").error;
        log("message", failed);
        return error_response(failed, 500);
    }
}

}  // namespace rakit::cm
