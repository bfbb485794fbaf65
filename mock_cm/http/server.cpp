#include "mock_cm/http/server.hpp"

#include <boost/beast/ssl.hpp>
#include <thread>
#include <vector>

#include "mock_cm/http/connection.hpp"
#include "mock_cm/http/tls.hpp"

namespace rakit::cm {
namespace {

namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using beast::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

/// Tls is what a handshake needs.
struct Tls {
    const Hierarchy& hierarchy;
    std::shared_ptr<ssl::context> good;

    /// context_for makes bent settings anew for each connection: they are for tests, and a deviation may change.
    std::shared_ptr<ssl::context> context_for(const Deviations& deviations) const {
        if (!bends_tls(deviations)) return good;
        auto bent = server_context(hierarchy, deviations);
        return bent ? std::make_shared<ssl::context>(*std::move(bent)) : nullptr;
    }
};

}  // namespace

class Server::Parts {
public:
    Parts(Host& host, std::optional<Tls> tls, const ServerOptions& options)
        : x_host(host), x_tls(std::move(tls)), x_options(options) {}
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
        if (x_tls) co_return co_await serve_tls(std::move(socket));
        beast::tcp_stream stream(std::move(socket));
        Connection<beast::tcp_stream> connection(stream, x_host, x_options, {});
        const bool orderly = co_await connection.run();
        error_code ignored;
        if (orderly) stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

    asio::awaitable<void> serve_tls(tcp::socket socket) {
        const auto tls = x_tls->context_for(x_options.deviations ? x_options.deviations() : Deviations());
        if (!tls) co_return;
        TlsStream stream(std::move(socket), *tls);
        auto& transport = beast::get_lowest_layer(stream);
        error_code problem;
        transport.expires_after(x_options.timeout);
        co_await stream.async_handshake(ssl::stream_base::server, into(problem));
        if (problem) {
            if (x_options.on_broken) x_options.on_broken("a handshake that failed: " + problem.message());
            co_return;
        }
        const auto& officer_ca = x_tls->hierarchy.authority("officer-ca").certificate;
        Connection<TlsStream> connection(stream, x_host, x_options,
                                         officer_certificate(stream.native_handle(), officer_ca));
        if (!co_await connection.run()) co_return;
        transport.expires_after(kLinger);
        co_await stream.async_shutdown(into(problem));
    }

    Host& x_host;
    std::optional<Tls> x_tls;
    ServerOptions x_options;
    asio::io_context x_io;
    asio::strand<asio::io_context::executor_type> x_strand = asio::make_strand(x_io);
    tcp::acceptor x_acceptor{x_strand};
    asio::steady_timer x_slot{x_strand};
    std::size_t x_open = 0;
    std::uint16_t x_port = 0;
    std::vector<std::jthread> x_threads;
};

Result<std::unique_ptr<Server>> Server::start_with(std::unique_ptr<Parts> parts) {
    if (auto listening = parts->listen(); !listening) return Unexpected{std::move(listening).error()};
    const std::uint16_t port = parts->port();
    return std::unique_ptr<Server>(new Server(std::move(parts), port));
}

Result<std::unique_ptr<Server>> Server::start(Host& host, const Hierarchy& hierarchy, const ServerOptions& options) {
    auto context = server_context(hierarchy, {});
    if (!context) return Unexpected{std::move(context).error()};
    return start_with(
        std::make_unique<Parts>(host, Tls{hierarchy, std::make_shared<ssl::context>(*std::move(context))}, options));
}

Result<std::unique_ptr<Server>> Server::start_plain(Host& host, const ServerOptions& options) {
    return start_with(std::make_unique<Parts>(host, std::nullopt, options));
}

Server::Server(std::unique_ptr<Parts> parts, std::uint16_t port) : x_parts(std::move(parts)), x_port(port) {}
Server::~Server() = default;
void Server::stop() { x_parts.reset(); }

}  // namespace rakit::cm
