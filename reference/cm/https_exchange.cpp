#include "reference/cm/https_exchange.hpp"

#include "common/net/asio.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <optional>

#include "common/base/secret.hpp"
#include "reference/cm/tls_context.hpp"
#include "reference/cm/url.hpp"

namespace rakit::reference {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

using TlsStream = beast::ssl_stream<beast::tcp_stream>;
// An OP PIN passes through both.
using WipingBuffer = beast::basic_flat_buffer<WipingAllocator<char>>;
using Body = http::vector_body<std::uint8_t, WipingAllocator<std::uint8_t>>;

constexpr std::uint32_t kHeaderLimit = 64U << 10U;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

http::request<Body> to_beast(const net::HttpRequest& request, const HttpsUrl& url) {
    http::request<Body> out;
    out.method_string(request.method);
    out.target(url.base + request.target);
    out.version(11);
    for (const auto& [name, value] : request.headers) out.set(name, value);
    out.set(http::field::host, authority(url));
    out.set(http::field::user_agent, "rakit");
    out.body().assign(request.body.begin(), request.body.end());
    out.prepare_payload();
    return out;
}

net::HttpResponse from_beast(const http::response<Body>& response) {
    net::HttpResponse out;
    out.status = static_cast<int>(response.result_int());
    for (const auto& field : response)
        out.headers[lower({field.name_string().data(), field.name_string().size()})] = std::string(field.value());
    out.body.assign(response.body().begin(), response.body().end());
    return out;
}

bool is_tls(const error_code& error) { return error.category() == asio::error::get_ssl_category(); }

/// is_answer_fault: what came back is no HTTP answer, or too large a one.
bool is_answer_fault(const error_code& error) {
    return error.category() == error_code(http::error::bad_version).category() && error != http::error::end_of_stream &&
           error != http::error::partial_message;
}

}  // namespace

class HttpsExchange::Connection {
public:
    Connection(HttpsUrl url, std::vector<x509::Certificate> anchors, const OfficerCredential* officer)
        : x_url(std::move(url)), x_anchors(std::move(anchors)), x_officer(officer) {}

    Result<net::HttpResponse> exchange(const net::HttpRequest& request, SteadyTime until) {
        const bool fresh = !usable();
        if (fresh)
            if (auto connected = connect(until); !connected) return fail(close(connected.error()));
        beast::get_lowest_layer(*x_stream).expires_at(until);
        const auto message = to_beast(request, x_url);
        if (const auto error = run([&](auto done) { http::async_write(*x_stream, message, done); }))
            return fail(close(lost("sending", error)));
        http::response_parser<Body> parser;
        parser.body_limit(kAnswerLimit);
        parser.header_limit(kHeaderLimit);
        WipingBuffer buffer;
        if (const auto error = run([&](auto done) { http::async_read(*x_stream, buffer, parser, done); }))
            return fail(close(reading_failed(error, fresh && !parser.got_some())));
        beast::get_lowest_layer(*x_stream).expires_never();
        const bool keep = parser.get().keep_alive() && buffer.size() == 0;
        net::HttpResponse response = from_beast(parser.get());
        if (!keep) x_stream.reset();
        return response;
    }

private:
    /// run starts an operation and waits for it; the stream's own deadline ends it. Not for all of x_io's work: a
    /// resolver that was given up may still be there.
    template <class Start>
    error_code run(Start start) {
        std::optional<error_code> result;
        start([&result](error_code error, auto&&...) { result = error; });
        x_io.restart();
        while (!result) x_io.run_one();
        return *result;
    }

    /// usable: a kept connection with nothing to read; a peer that has closed, or talks unasked, makes it readable.
    /// What came unasked together with the answer before has left the socket and waits in TLS.
    bool usable() {
        if (!x_stream) return false;
        SSL* tls = x_stream->native_handle();
        if (SSL_pending(tls) > 0 || BIO_ctrl_pending(SSL_get_rbio(tls)) > 0) {
            x_stream.reset();
            return false;
        }
        auto& socket = beast::get_lowest_layer(*x_stream).socket();
        error_code error;
        socket.non_blocking(true, error);
        char octet = 0;
        socket.receive(asio::buffer(&octet, 1), tcp::socket::message_peek, error);
        if (error == asio::error::would_block) return true;
        x_stream.reset();
        return false;
    }

    Result<void> connect(SteadyTime until) {
        auto context = client_tls_context(x_anchors, x_officer);
        if (!context) return fail(context.error());
        const auto addresses = resolve(until);
        if (!addresses) return fail(addresses.error());
        x_context.emplace(context->release());  // asio takes the handle over
        x_stream.emplace(x_io, *x_context);
        auto& socket = beast::get_lowest_layer(*x_stream);
        socket.expires_at(until);
        if (const auto error = run([&](auto done) { socket.async_connect(*addresses, done); }))
            return fail(unreachable("connecting", error));
        error_code ignored;
        socket.socket().set_option(tcp::no_delay(true), ignored);
        if (!expect_host(x_stream->native_handle(), x_url.host))
            return fail(ErrorCode::crypto_failed, "TLS: " + ossl::last_error());
        if (const auto error = run([&](auto done) { x_stream->async_handshake(asio::ssl::stream_base::client, done); }))
            return fail(handshake_failed(error));
        return {};
    }

    Result<tcp::resolver::results_type> resolve(SteadyTime until) {
        // On the heap, together with the answer: a resolver that is late must find both still there.
        struct Lookup {
            explicit Lookup(asio::io_context& io) : resolver(io) {}
            tcp::resolver resolver;
            std::optional<error_code> error;
            tcp::resolver::results_type results;
        };
        const auto lookup = std::make_shared<Lookup>(x_io);
        lookup->resolver.async_resolve(x_url.host, x_url.port, [lookup](error_code error, const auto& results) {
            lookup->error = error;
            lookup->results = results;
        });
        x_io.restart();
        while (!lookup->error && x_io.run_one_until(until) != 0) {
        }
        if (!lookup->error) {
            lookup->resolver.cancel();
            return fail(unreachable("resolving the name", asio::error::timed_out));
        }
        if (*lookup->error) return fail(unreachable("resolving the name", *lookup->error));
        return lookup->results;
    }

    Error error(ErrorCode code, const char* doing, const error_code& reason) const {
        return {code, std::string(doing) + ": " + reason.message(), {}, authority(x_url), {}, {}};
    }
    Error unreachable(const char* doing, const error_code& reason) const {
        return error(ErrorCode::cm_unreachable, doing, reason);
    }
    Error lost(const char* doing, const error_code& reason) const {
        return error(ErrorCode::cm_no_answer, doing, reason);
    }

    Error handshake_failed(const error_code& reason) {
        if (auto cause = x_officer == nullptr ? std::nullopt : x_officer->take_failure())
            return std::move(*cause).in("TLS handshake");
        if (!is_tls(reason)) return unreachable("TLS handshake", reason);
        Error untrusted = error(ErrorCode::cm_untrusted, "TLS handshake", reason);
        const long verdict = SSL_get_verify_result(x_stream->native_handle());
        if (verdict != X509_V_OK) untrusted.detail += std::string(", ") + X509_verify_cert_error_string(verdict);
        return untrusted;
    }

    /// In TLS 1.3 the server's verdict on our certificate arrives with the first read: an alert there, before any
    /// answer, means that no request was looked at.
    Error reading_failed(const error_code& reason, bool first) const {
        if (first && is_tls(reason)) return error(ErrorCode::cm_untrusted, "the CM ended TLS", reason);
        if (is_answer_fault(reason)) return error(ErrorCode::cm_answer_invalid, "reading the answer", reason);
        return lost("waiting for the answer", reason);
    }

    Error close(Error error) {
        x_stream.reset();
        return error;
    }

    HttpsUrl x_url;
    std::vector<x509::Certificate> x_anchors;
    const OfficerCredential* x_officer;
    asio::io_context x_io{1};
    std::optional<asio::ssl::context> x_context;
    std::optional<TlsStream> x_stream;
};

HttpsExchange::HttpsExchange(std::unique_ptr<Connection> connection) : x_connection(std::move(connection)) {}
HttpsExchange::~HttpsExchange() = default;

Result<std::unique_ptr<HttpsExchange>> HttpsExchange::open(const std::string& url,
                                                           std::vector<x509::Certificate> anchors,
                                                           const OfficerCredential* officer) {
    auto parsed = parse_https_url(url);
    if (!parsed) return fail(parsed.error());
    return std::unique_ptr<HttpsExchange>(
        new HttpsExchange(std::make_unique<Connection>(*std::move(parsed), std::move(anchors), officer)));
}

Result<net::HttpResponse> HttpsExchange::exchange(const net::HttpRequest& request, std::chrono::milliseconds deadline) {
    return x_connection->exchange(request, std::chrono::steady_clock::now() + deadline);
}

}  // namespace rakit::reference
