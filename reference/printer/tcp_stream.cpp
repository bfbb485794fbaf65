#include "reference/printer/tcp_stream.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace rakit::reference {
namespace {

Unexpected offline(const std::string& what, const std::string& where) {
    return fail(ErrorCode::printer_offline, what, where, "look at the printer's cable, power and address");
}

/// connected finishes a connection that was begun without blocking; the stream then blocks.
bool connected(int link, std::chrono::milliseconds bound) {
    pollfd wait{link, POLLOUT, 0};
    if (::poll(&wait, 1, static_cast<int>(bound.count())) != 1) return errno = ETIMEDOUT, false;
    int problem = 0;
    socklen_t size = sizeof problem;
    ::getsockopt(link, SOL_SOCKET, SO_ERROR, &problem, &size);
    errno = problem;
    return problem == 0 && ::fcntl(link, F_SETFL, ::fcntl(link, F_GETFL) & ~O_NONBLOCK) == 0;
}

}  // namespace

Result<TcpStream> TcpStream::connect(const std::string& host, const std::string& port,
                                     std::chrono::milliseconds bound) {
    const std::string where = host + ":" + port;
    addrinfo wish{};
    wish.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int problem = ::getaddrinfo(host.c_str(), port.c_str(), &wish, &found); problem != 0)
        return offline(::gai_strerror(problem), where);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
    for (const auto* at = found; at != nullptr; at = at->ai_next) {
        Descriptor link(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!link) continue;
        const bool begun = ::connect(link.get(), at->ai_addr, at->ai_addrlen) == 0 || errno == EINPROGRESS;
        if (!begun || !connected(link.get(), bound)) continue;
        const int on = 1;
        const timeval limit{30, 0};
        ::setsockopt(link.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(link.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        return TcpStream(std::move(link), where);
    }
    return offline(std::strerror(errno), where);
}

Result<void> TcpStream::send(ByteView octets) {
    if (!send_all(x_link.get(), octets)) return offline(std::strerror(errno), x_where);
    return {};
}

void TcpStream::end_writing() { ::shutdown(x_link.get(), SHUT_WR); }

Result<Bytes> TcpStream::receive(std::chrono::milliseconds bound) {
    pollfd wait{x_link.get(), POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(bound.count())) != 1) return offline("no answer in time", x_where);
    Bytes chunk(16384);
    const ssize_t n = ::recv(x_link.get(), chunk.data(), chunk.size(), 0);
    if (n < 0) return offline(std::strerror(errno), x_where);
    chunk.resize(static_cast<std::size_t>(n));
    return chunk;
}

}  // namespace rakit::reference
