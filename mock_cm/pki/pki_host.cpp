#include "mock_cm/pki/pki_host.hpp"

#include <algorithm>
#include <mutex>

#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/request_log.hpp"
#include "mock_cm/pki/certificate_status.hpp"
#include "mock_cm/pki/crl.hpp"
#include "mock_cm/pki/ocsp.hpp"
#include "mock_cm/web/target.hpp"

namespace rakit::cm {
namespace {

constexpr std::string_view kCrl = "/crl/", kCrlEnd = ".crl", kOcsp = "/ocsp/";

net::HttpResponse answer_of(std::string type, Bytes body) {
    return {200, {{"content-type", std::move(type)}}, std::move(body)};
}

/// ca_named gives the authority of a CRL's path; nothing for a path that names none.
std::optional<std::string> ca_named(std::string_view path) {
    if (path.size() <= kCrl.size() + kCrlEnd.size() || path.substr(path.size() - kCrlEnd.size()) != kCrlEnd)
        return std::nullopt;
    const std::string name(path.substr(kCrl.size(), path.size() - kCrl.size() - kCrlEnd.size()));
    const bool known = std::find(kCaNames.begin(), kCaNames.end(), name) != kCaNames.end();
    return known ? std::optional(name) : std::nullopt;
}

}  // namespace

struct PkiHost::Parts {
    const CmHost& core;
    Store& store;
    std::mutex mutex{};
    std::shared_ptr<const OcspResponders> responders{};

    Result<std::shared_ptr<const OcspResponders>> responders_for(const Context& context) {
        const std::lock_guard lock(mutex);
        if (responders && responders->serves(context.now)) return responders;
        auto made = OcspResponders::make(context.hierarchy, context.now, context.rng);
        if (!made) return Unexpected{std::move(made).error()};
        responders = std::make_shared<const OcspResponders>(*std::move(made));
        return responders;
    }

    net::HttpResponse refused(const Context& context, const std::string& category, const Error& error, int status) {
        LogEntry entry;
        entry.at = context.now;
        entry.category = category;
        if (const auto logged = log_refusal(store, entry, error); !logged) return error_response(logged.error());
        return error_response(internal_error(error), status);
    }

    Result<Bytes> crl(const Context& context, const std::string& ca) {
        const auto& authority = context.hierarchy.authority(ca);
        auto open = store.begin();
        if (!open) return Unexpected{std::move(open).error()};
        auto entries = all_not_good(**open, authority.certificate);
        open->reset();  // signing needs no database
        if (!entries) return Unexpected{std::move(entries).error()};
        return make_crl(authority, *entries, context.now);
    }

    net::HttpResponse serve_crl(const Context& context, std::string_view path) {
        const auto ca = ca_named(path);
        if (!ca)
            return refused(context, "crl",
                           refuse(ErrorCode::request_malformed, "there is no CRL of this name",
                                  "The CAs are root, end-user-ca, tc-issuer and officer-ca: GET /crl/root.crl.")
                               .error,
                           404);
        auto list = crl(context, *ca);
        if (!list) return refused(context, "crl", list.error(), 500);
        return answer_of("application/pkix-crl", *std::move(list));
    }

    Result<OcspAnswer> ocsp(const Context& context, ByteView request) {
        auto ready = responders_for(context);
        if (!ready) return Unexpected{std::move(ready).error()};
        auto open = store.begin();
        if (!open) return Unexpected{std::move(open).error()};
        return answer_ocsp(context.hierarchy, **ready, **open, request, context.now);
    }

    net::HttpResponse serve_ocsp(const Context& context, ByteView request) {
        auto answer = ocsp(context, request);
        if (!answer) return refused(context, "ocsp", answer.error(), 500);
        if (!answer->well_formed)
            refused(context, "ocsp",
                    refuse(ErrorCode::request_malformed, "no OCSPRequest about certificates of one CA",
                           "Send one by RFC 6960 section 4.1, DER.")
                        .error,
                    400);
        return answer_of("application/ocsp-response", std::move(answer->der));
    }
};

PkiHost::PkiHost(const CmHost& core, Store& store) : x_parts(new Parts{core, store}) {}
PkiHost::~PkiHost() = default;

net::HttpResponse PkiHost::handle(const net::HttpRequest& request) {
    const auto context = x_parts->core.context();
    const auto target = parse_target(request.target);
    const std::string path = target ? target->path : std::string();
    if (path.rfind(kCrl, 0) == 0) return x_parts->serve_crl(context, path);
    if (path == "/ocsp") return x_parts->serve_ocsp(context, request.body);
    // What is no base64 is no request, and answered as that.
    const auto der = path.rfind(kOcsp, 0) == 0 ? from_base64(path.substr(kOcsp.size())) : std::nullopt;
    return x_parts->serve_ocsp(context, der.value_or(Bytes()));
}

}  // namespace rakit::cm
