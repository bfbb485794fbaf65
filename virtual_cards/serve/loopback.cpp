#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "virtual_cards/serve/served_card.hpp"

namespace rakit::cards {
namespace {

constexpr int kConnectMilliseconds = 5000;

Unexpected refused(std::uint16_t port, int cause) {
    return fail(ErrorCode::io_failed, "can't connect: " + std::string(std::strerror(cause)),
                "127.0.0.1:" + std::to_string(port), "is pcscd running with the vpcd driver at this port?");
}

Result<Descriptor> connect_to(std::uint16_t port) {
    Descriptor link(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!link) return refused(port, errno);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(link.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        if (errno != EINPROGRESS) return refused(port, errno);
        pollfd wait{link.get(), POLLOUT, 0};
        if (::poll(&wait, 1, kConnectMilliseconds) != 1) return refused(port, ETIMEDOUT);
        int cause = 0;
        socklen_t size = sizeof cause;
        ::getsockopt(link.get(), SOL_SOCKET, SO_ERROR, &cause, &size);
        if (cause != 0) return refused(port, cause);
    }
    ::fcntl(link.get(), F_SETFL, 0);  // blocking from here on: the card's thread has nothing else to do
    return link;
}

}  // namespace

Connector to_loopback(std::uint16_t port) {
    return [port] { return connect_to(port); };
}

}  // namespace rakit::cards
