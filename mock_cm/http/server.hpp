#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/base/result.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/deviations.hpp"
#include "mock_cm/core/host.hpp"

namespace rakit::cm {

/// ServerOptions are where the server listens and what it puts up with.
struct ServerOptions {
    std::string address = "127.0.0.1";         ///< an IP address, no name
    std::uint16_t port = 0;                    ///< 0: the system picks one, see Server::port
    std::size_t threads = 4;                   ///< so many requests are worked on at once
    std::size_t connections = 64;              ///< more wait in the system's backlog until one ends
    std::uint32_t header_limit = 16U << 10U;   ///< octets
    std::uint64_t body_limit = 1U << 20U;      ///< octets
    std::chrono::milliseconds timeout{10000};  ///< for the handshake, for reading one request, for writing one answer
    std::function<Deviations()> deviations{};  ///< asked at each handshake and request; none: no deviations
    /// on_broken is told of what never reached the host: a failed handshake, no HTTP, a request that doesn't end.
    std::function<void(const std::string&)> on_broken{};
};

/// Server serves a Host over HTTPS: TLS 1.2 and 1.3 (RFC 8446), HTTP/1.0 and 1.1 (RFC 9112), no session resumption.
/// A client certificate is asked for in the handshake. If it is signed by the hierarchy's officer CA, it goes to the
/// host as HttpRequest::peer_certificate - expired ones too, since judging that is the host's; any other certificate,
/// or none, leaves it empty. No request, however malformed, ends more than its own connection; what is no HTTP is
/// answered with wire.md's refusal where an answer is possible at all.
class Server {
public:
    /// start listens and serves; the host and the hierarchy must outlive the server. Failure: io_failed (the
    /// address can't be had), crypto_failed.
    static Result<std::unique_ptr<Server>> start(Host& host, const Hierarchy& hierarchy, const ServerOptions& options);
    /// start_plain does the same without TLS, so that no peer has a certificate.
    static Result<std::unique_ptr<Server>> start_plain(Host& host, const ServerOptions& options);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    /// The destructor stops.
    ~Server();

    /// port is the one that is, or was, listened on.
    std::uint16_t port() const { return x_port; }
    /// stop drops every connection and returns once the requests being worked on, at most `threads`, are through.
    void stop();

private:
    class Parts;
    static Result<std::unique_ptr<Server>> start_with(std::unique_ptr<Parts> parts);
    Server(std::unique_ptr<Parts> parts, std::uint16_t port);
    std::unique_ptr<Parts> x_parts;  ///< null once stopped: connections end with the io_context that holds them
    std::uint16_t x_port;
};

}  // namespace rakit::cm
