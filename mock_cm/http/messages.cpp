#include "mock_cm/http/messages.hpp"

#include "common/base/error_code.hpp"
#include "common/base/lower_case.hpp"
#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

namespace http = boost::beast::http;

net::HttpResponse answer(int status, ErrorCode code, std::string message, std::string remedy) {
    return error_response(refuse(code, std::move(message), std::move(remedy)).error, status);
}

}  // namespace

net::HttpRequest from_wire(WireRequest&& request, const Bytes& peer_certificate) {
    net::HttpRequest taken;
    taken.method = std::string(request.method_string());
    taken.target = std::string(request.target());
    for (const auto& field : request) {
        auto& value = taken.headers[lower_case({field.name_string().data(), field.name_string().size()})];
        if (!value.empty()) value += ", ";
        value += std::string(field.value());
    }
    taken.body = std::move(request.body());
    taken.peer_certificate = peer_certificate;
    return taken;
}

WireResponse to_wire(net::HttpResponse&& response, unsigned version, bool keep_alive, bool head) {
    WireResponse wire;
    wire.version(version);
    wire.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers) wire.set(name, value);
    wire.keep_alive(keep_alive);
    wire.body() = std::move(response.body);
    wire.prepare_payload();
    if (head) wire.body().clear();  // Content-Length stays what GET would have sent
    return wire;
}

net::HttpResponse refusal(const boost::system::error_code& problem) {
    const auto code = ErrorCode::request_malformed;
    if (problem == http::error::header_limit) return answer(431, code, "the header is too long", "send fewer fields");
    if (problem == http::error::body_limit) return answer(413, code, "the body is too long", "split the order");
    if (problem == http::error::bad_version) return answer(505, code, "not HTTP/1.1", "speak HTTP/1.1");
    return answer(400, code, "not an HTTP request: " + problem.message(), "speak HTTP/1.1");
}

net::HttpResponse broken_proxy(int status) {
    return {status,
            {{"content-type", "text/html"}},
            to_bytes("<html><body>" + std::to_string(status) + "</body></html>\n")};
}

net::HttpResponse broken_host() {
    return answer(500, ErrorCode::cm_internal, "the CM host failed", "report this with the request that did it");
}

}  // namespace rakit::cm
