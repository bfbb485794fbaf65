#include "mock_cm/rest/rest_host.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "embedded/openapi_document.hpp"
#include "mock_cm/core/officers.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/request_log.hpp"
#include "mock_cm/core/single.hpp"
#include "mock_cm/rest/representation.hpp"
#include "mock_cm/rest/search_query.hpp"
#include "mock_cm/rest/signed_operation.hpp"
#include "mock_cm/web/target.hpp"

namespace rakit::cm {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kBase = "/pgwy/api", kAlias = "/api";
constexpr std::string_view kCertificates = "/certificates/";
constexpr const char* kPkcs10Type = "application/pkcs10";

/// below gives what stands behind the base path; nothing if the path lies elsewhere.
std::optional<std::string_view> below(std::string_view path) {
    for (const auto base : {kBase, kAlias})
        if (path.substr(0, base.size()) == base && path.size() > base.size() && path[base.size()] == '/')
            return path.substr(base.size());
    return std::nullopt;
}

Unexpected malformed(std::string cause) {
    return refuse(ErrorCode::request_malformed, std::move(cause), "See /openapi.json.");
}

Error not_there(const std::string& what) {
    return refuse(ErrorCode::request_malformed, what, "See /openapi.json for what there is.").error;
}

/// Reading is what a reading operation gives: the answer, or a refusal.
using Reading = Result<net::HttpResponse>;

Result<CertificateView> view_of(StoreTransaction& store, const CertificateRecord& record) {
    auto certificate = x509::Certificate::parse(record.der);
    if (!certificate) return Unexpected{std::move(certificate).error()};
    auto revocation = store.revocation(record.issuer, record.serial);
    if (!revocation) return Unexpected{std::move(revocation).error()};
    return CertificateView{record, *std::move(certificate), *std::move(revocation)};
}

Reading list_certificates(const Context& context, StoreTransaction& store, const Target& target) {
    const auto wanted = read_search(target.query);
    if (!wanted) return Unexpected{wanted.error()};
    const auto found = store.search(*wanted);
    if (!found) return Unexpected{found.error()};
    ordered_json body{{"searchHits", found->hits}, {"certificates", ordered_json::array()}};
    for (const auto& record : found->records) {
        const auto view = view_of(store, record);
        if (!view) return Unexpected{view.error()};
        body["certificates"].push_back(list_entry(*view, context.now));
    }
    return rest_json(body);
}

Reading list_procedures(const Context& context, const Target& target) {
    std::string media;
    for (const auto& [name, value] : target.query) {
        if (name != "mediaType") return malformed("the parameter " + name + " is not one that this list knows");
        media = value;
    }
    if (!media.empty() && media != kPkcs10Type)
        return malformed("mediaType is not application/pkcs10, the one that this dialect issues from");
    ordered_json body{{"procedures", ordered_json::array()}};
    for (const auto& procedure : context.config.token_procedures) {
        const bool carried = carries_single(procedure).has_value();
        if (!procedure.active || (!media.empty() && !carried)) continue;
        auto media_types = ordered_json::array();
        if (carried) media_types.push_back(kPkcs10Type);
        body["procedures"].push_back(
            {{"procname", procedure.name}, {"title", procedure.title}, {"mediaTypes", media_types}});
    }
    return rest_json(body);
}

/// certificate_named finds the certificate of a path's id; nothing if there is none.
Result<std::optional<CertificateView>> certificate_named(StoreTransaction& store, const std::string& id) {
    if (id.empty() || id.size() > 15 || id.find_first_not_of("0123456789") != std::string::npos)
        return std::optional<CertificateView>();
    CertificateSearch wanted;
    wanted.id = std::stoll(id);
    const auto found = store.search(wanted);
    if (!found) return Unexpected{found.error()};
    if (found->records.empty()) return std::optional<CertificateView>();
    auto view = view_of(store, found->records.front());
    if (!view) return Unexpected{std::move(view).error()};
    return std::optional(*std::move(view));
}

std::string header(const net::HttpRequest& request, const std::string& name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string() : found->second;
}

}  // namespace

struct RestHost::Parts {
    const CmHost& core;
    Store& store;
    Challenges challenges{};

    LogEntry entry_of(const Context& context, const x509::Certificate* peer, const std::string& category) const {
        LogEntry entry;
        entry.at = context.now;
        entry.category = category;
        const auto* known = peer == nullptr ? nullptr : find_officer(context, *peer);
        if (known != nullptr) entry.officer = known->name;
        return entry;
    }

    net::HttpResponse refused(const LogEntry& entry, const Error& error, int status = 0) {
        if (const auto logged = log_refusal(store, entry, error); !logged) return rest_error(logged.error());
        return status == 0 ? rest_error(error) : rest_error(error, status);
    }

    /// read runs a reading operation for an officer who may use clients, and logs it.
    template <class Work>
    net::HttpResponse read(const Context& context, const x509::Certificate& peer, const std::string& category,
                           Work&& work) {
        constexpr std::array kConnects{Role::use_clients};
        const auto entry = entry_of(context, &peer, category);
        auto open = store.begin();
        if (!open) return rest_error(open.error());
        const auto officer = judge_officer(context, **open, peer, OfficerUse::connects, kConnects);
        const auto answer = officer ? work(**open) : Reading(Unexpected{officer.error()});
        const auto logged = log_and_commit(**open, entry, answer ? nullptr : &answer.error());
        if (!logged) return rest_error(logged.error());
        return answer ? *answer : rest_error(answer.error());
    }

    net::HttpResponse one(const Context& context, const x509::Certificate& peer, std::string_view path,
                          const net::HttpRequest& request) {
        const auto slash = path.find('/', kCertificates.size());
        const std::string id(path.substr(kCertificates.size(), slash - kCertificates.size()));
        const auto what = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
        if (what != "/details" && what != "/download") return missing(context, peer);
        const bool whole = what == "/download";
        int refused_as = 0;  // what the code's own status doesn't say
        auto answer = read(context, peer, whole ? "rest-download" : "rest-details", [&](auto& open) -> Reading {
            const auto view = certificate_named(open, id);
            if (!view) return Unexpected{view.error()};
            if (!*view) {
                refused_as = 404;
                return Unexpected{not_there("there is no certificate " + id)};
            }
            if (!whole) return rest_json(details(**view, context.now));
            if (const auto form = certificate_form_accepted(request); !form) {
                refused_as = kNotAcceptable;
                return Unexpected{form.error()};
            }
            return certificate_answer(context, (*view)->certificate, request);
        });
        if (refused_as != 0 && answer.status != 500) answer.status = refused_as;
        return answer;
    }

    net::HttpResponse missing(const Context& context, const x509::Certificate& peer) {
        return refused(entry_of(context, &peer, "message"), not_there("there is no such resource here"), 404);
    }

    net::HttpResponse write(const Context& context, const x509::Certificate& peer, const net::HttpRequest& request,
                            net::HttpResponse (*operation)(SignedCall&)) {
        auto form = parse_form(header(request, "content-type"), request.body);
        if (!form) return refused(entry_of(context, &peer, "message"), form.error());
        SignedCall call{context, store, challenges, request, peer, *std::move(form)};
        return operation(call);
    }

    net::HttpResponse get(const Context& context, const x509::Certificate& peer, const Target& target,
                          std::string_view path, const net::HttpRequest& request) {
        if (path == "/procedures")
            return read(context, peer, "rest-procedures", [&](auto&) { return list_procedures(context, target); });
        if (path == "/certificates")
            return read(context, peer, "rest-list",
                        [&](auto& open) { return list_certificates(context, open, target); });
        return one(context, peer, path, request);
    }

    net::HttpResponse route(const Context& context, const x509::Certificate& peer, const Target& target,
                            const net::HttpRequest& request) {
        const auto path = below(target.path).value_or("");
        const bool enrols = path == "/certificates/pkcs10" || path == "/pkcs10";
        const bool revokes = path == "/certificates/revoke";
        const bool reads = path == "/procedures" || path == "/certificates" ||
                           (!enrols && !revokes && path.substr(0, kCertificates.size()) == kCertificates);
        if (!enrols && !revokes && !reads) return missing(context, peer);
        if (request.method != (reads ? "GET" : "POST"))
            return refused(entry_of(context, &peer, "message"), malformed("the method does not fit the resource").error,
                           405);
        if (context.config.deviations.maintenance) return refused(entry_of(context, &peer, "message"), maintenance());
        if (reads) return get(context, peer, target, path, request);
        return write(context, peer, request, enrols ? &enrol : &revoke);
    }
};

RestHost::RestHost(const CmHost& core, Store& store) : x_parts(new Parts{core, store}) {}
RestHost::~RestHost() = default;

net::HttpResponse RestHost::handle(const net::HttpRequest& request) {
    const auto context = x_parts->core.context();
    const auto peer = x_parts->core.peer(request.peer_certificate);
    if (!peer)
        return x_parts->refused(x_parts->entry_of(context, nullptr, "message"),
                                refuse(ErrorCode::officer_unknown, "the connection shows no officer's certificate",
                                       "Connect with an officer's TLS client certificate.")
                                    .error);
    const auto target = parse_target(request.target);
    if (!target) return x_parts->refused(x_parts->entry_of(context, &*peer, "message"), target.error());
    return x_parts->route(context, *peer, *target, request);
}

std::string_view openapi_text() { return embedded::openapi_document; }

bool is_rest_path(std::string_view path) { return below(path).has_value(); }

}  // namespace rakit::cm
