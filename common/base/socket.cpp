#include "common/base/socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace rakit {
namespace {

/// none closes what was begun and leaves the cause in errno.
Descriptor none(Descriptor begun, int cause) {
    begun.reset();
    errno = cause;
    return begun;
}

}  // namespace

std::optional<sockaddr_un> unix_address(const std::filesystem::path& socket) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    if (socket.native().size() >= sizeof at.sun_path) return std::nullopt;
    std::memcpy(at.sun_path, socket.c_str(), socket.native().size());
    return at;
}

Descriptor listen_unix(const sockaddr_un& at, int backlog) {
    Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // fchmod before bind gives the socket its mode from its first moment.
    if (!listener || ::fchmod(listener.get(), 0600) != 0 ||
        ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener.get(), backlog) != 0)
        return none(std::move(listener), errno);
    return listener;
}

Descriptor connect_unix(const sockaddr_un& at) {
    Descriptor link(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!link || ::connect(link.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
        return none(std::move(link), errno);
    return link;
}

Descriptor connect_loopback(std::uint16_t port, std::chrono::milliseconds bound) {
    Descriptor link(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!link) return link;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int cause = ::connect(link.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 ? 0 : errno;
    if (cause == EINPROGRESS) {
        pollfd wait{link.get(), POLLOUT, 0};
        cause = ::poll(&wait, 1, static_cast<int>(bound.count())) == 1 ? 0 : ETIMEDOUT;
        socklen_t size = sizeof cause;
        if (cause == 0) ::getsockopt(link.get(), SOL_SOCKET, SO_ERROR, &cause, &size);
    }
    if (cause != 0) return none(std::move(link), cause);
    ::fcntl(link.get(), F_SETFL, 0);
    return link;
}

bool send_with(int socket, ByteView message, int beside) {
    iovec part{const_cast<std::uint8_t*>(message.data()), message.size()};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
    msghdr all{};
    all.msg_iov = &part;
    all.msg_iovlen = 1;
    if (beside >= 0) {
        all.msg_control = space;
        all.msg_controllen = sizeof space;
        cmsghdr* header = CMSG_FIRSTHDR(&all);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &beside, sizeof beside);
    }
    return ::sendmsg(socket, &all, MSG_NOSIGNAL) == static_cast<ssize_t>(message.size());
}

bool receive_with(int socket, void* message, std::size_t size, Descriptor& beside) {
    iovec part{message, size};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
    msghdr all{};
    all.msg_iov = &part;
    all.msg_iovlen = 1;
    all.msg_control = space;
    all.msg_controllen = sizeof space;
    ssize_t n = 0;
    do n = ::recvmsg(socket, &all, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != static_cast<ssize_t>(size)) return false;
    if (const cmsghdr* header = CMSG_FIRSTHDR(&all); header != nullptr && header->cmsg_type == SCM_RIGHTS) {
        int stream = -1;
        std::memcpy(&stream, CMSG_DATA(header), sizeof stream);
        beside.reset(stream);
    }
    return true;
}

}  // namespace rakit
