#include "mock_cm/http/server.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <thread>
#include <vector>

#include "mock_cm/http/messages.hpp"
#include "mock_cm/http/tls.hpp"

namespace rakit::cm {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using beast::error_code;
using Stream = beast::ssl_stream<beast::tcp_stream>;

constexpr std::chrono::milliseconds kLinger{500};
constexpr std::size_t kLingerOctets = 4U << 20U;

auto into(error_code& problem) { return asio::redirect_error(asio::use_awaitable, problem); }

bool is_http_problem(const error_code& problem) {
    return problem.category() == http::make_error_code(http::error::bad_method).category() &&
           problem != http::error::end_of_stream && problem != http::error::partial_message;
}

/// drop_rest reads away what the peer still sends after a refusal: closing on unread octets would reset the connection,
/// and the peer would lose the answer.
asio::awaitable<void> drop_rest(beast::tcp_stream& stream) {
    std::vector<char> scratch(16U << 10U);
    error_code problem;
    stream.socket().shutdown(tcp::socket::shutdown_send, problem);
    stream.expires_after(kLinger);
    std::size_t total = 0;
    while (!problem && total < kLingerOctets) {
        const auto buffer = asio::buffer(scratch);
        total += co_await stream.async_read_some(buffer, into(problem));
    }
}

net::HttpResponse ask(Host& host, const net::HttpRequest& request) {
    try {
        return host.handle(request);
    } catch (...) {
        // A host must not throw; if one does, this request is lost and nothing else.
        return broken_host();
    }
}

}  // namespace

class Server::Parts {
public:
    Parts(Host& host, x509::Certificate officer_ca, ssl::context tls, const ServerOptions& options)
        : x_host(host), x_officer_ca(std::move(officer_ca)), x_tls(std::move(tls)), x_options(options) {}
    ~Parts() {
        x_io.stop();
        x_threads.clear();
    }

    Result<void> listen() {
        error_code problem;
        const auto address = asio::ip::make_address(x_options.address, problem);
        const auto place = x_options.address + ":" + std::to_string(x_options.port);
        if (problem) return fail(ErrorCode::io_failed, "not an IP address", place);
        const tcp::endpoint endpoint(address, x_options.port);
        if (x_acceptor.open(endpoint.protocol(), problem); !problem)
            x_acceptor.set_option(asio::socket_base::reuse_address(true), problem);
        if (!problem) x_acceptor.bind(endpoint, problem);
        if (!problem) x_acceptor.listen(asio::socket_base::max_listen_connections, problem);
        if (problem)
            return fail(ErrorCode::io_failed, "can't listen: " + problem.message(), place,
                        "choose another address or port; port 0 takes a free one");
        x_port = x_acceptor.local_endpoint().port();
        asio::co_spawn(x_strand, accept_all(), asio::detached);
        for (std::size_t i = 0; i < x_options.threads; ++i) x_threads.emplace_back([this] { x_io.run(); });
        return {};
    }

    std::uint16_t port() const { return x_port; }

private:
    /// accept_all runs on x_strand, as does everything that counts connections.
    asio::awaitable<void> accept_all() {
        asio::steady_timer retry(x_strand);
        for (;;) {
            error_code problem;
            while (x_open >= x_options.connections) {
                x_slot.expires_at(asio::steady_timer::time_point::max());
                co_await x_slot.async_wait(into(problem));
            }
            problem = {};
            auto socket = co_await x_acceptor.async_accept(asio::make_strand(x_io), into(problem));
            if (problem) {  // out of file descriptors, or the peer has gone already
                retry.expires_after(std::chrono::milliseconds(20));
                co_await retry.async_wait(into(problem));
                continue;
            }
            ++x_open;
            auto strand = socket.get_executor();
            asio::co_spawn(strand, serve(tcp::socket(std::move(socket))),
                           asio::bind_executor(x_strand, [this](const std::exception_ptr&) {
                               --x_open;
                               x_slot.cancel();
                           }));
        }
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        Stream stream(std::move(socket), x_tls);
        auto& transport = beast::get_lowest_layer(stream);
        error_code problem;
        transport.expires_after(x_options.timeout);
        co_await stream.async_handshake(ssl::stream_base::server, into(problem));
        if (problem) co_return;
        const Bytes officer = officer_certificate(stream.native_handle(), x_officer_ca);
        beast::flat_buffer buffer;
        bool more = true;
        while (more) more = co_await exchange(stream, buffer, officer);
        transport.expires_after(kLinger);
        co_await stream.async_shutdown(into(problem));
    }

    /// exchange answers one request; false when the connection is over.
    asio::awaitable<bool> exchange(Stream& stream, beast::flat_buffer& buffer, const Bytes& officer) {
        http::request_parser<WireBody> parser;
        parser.header_limit(x_options.header_limit);
        parser.body_limit(x_options.body_limit);
        beast::get_lowest_layer(stream).expires_after(x_options.timeout);
        error_code problem;
        co_await http::async_read_header(stream, buffer, parser, into(problem));
        if (!problem && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
            co_await http::async_write(stream, go_on, into(problem));
        }
        if (!problem) co_await http::async_read(stream, buffer, parser, into(problem));
        if (problem) {
            if (is_http_problem(problem)) co_await refuse(stream, problem);
            co_return false;
        }
        const bool head = parser.get().method() == http::verb::head;
        const bool keep_alive = parser.get().keep_alive();
        const unsigned version = parser.get().version();
        auto answer = ask(x_host, from_wire(parser.release(), officer));
        auto response = to_wire(std::move(answer), version, keep_alive, head);
        beast::get_lowest_layer(stream).expires_after(x_options.timeout);
        co_await http::async_write(stream, response, into(problem));
        co_return !problem && keep_alive;
    }

    asio::awaitable<void> refuse(Stream& stream, const error_code& why) {
        auto response = to_wire(refusal(why), 11, false, false);
        error_code problem;
        beast::get_lowest_layer(stream).expires_after(x_options.timeout);
        co_await http::async_write(stream, response, into(problem));
        if (!problem) co_await drop_rest(beast::get_lowest_layer(stream));
    }

    Host& x_host;
    x509::Certificate x_officer_ca;
    ssl::context x_tls;
    ServerOptions x_options;
    asio::io_context x_io;
    asio::strand<asio::io_context::executor_type> x_strand = asio::make_strand(x_io);
    tcp::acceptor x_acceptor{x_strand};
    asio::steady_timer x_slot{x_strand};
    std::size_t x_open = 0;
    std::uint16_t x_port = 0;
    std::vector<std::jthread> x_threads;
};

Result<std::unique_ptr<Server>> Server::start(Host& host, const Hierarchy& hierarchy, const ServerOptions& options) {
    auto tls = server_context(hierarchy);
    if (!tls) return Unexpected{std::move(tls).error()};
    auto parts = std::make_unique<Parts>(host, hierarchy.authority("officer-ca").certificate, *std::move(tls), options);
    if (auto listening = parts->listen(); !listening) return Unexpected{std::move(listening).error()};
    const std::uint16_t port = parts->port();
    return std::unique_ptr<Server>(new Server(std::move(parts), port));
}

Server::Server(std::unique_ptr<Parts> parts, std::uint16_t port) : x_parts(std::move(parts)), x_port(port) {}
Server::~Server() = default;
void Server::stop() { x_parts.reset(); }

}  // namespace rakit::cm
