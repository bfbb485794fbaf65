#include "common/base/descriptor.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace rakit {
namespace {

template <class Put>
bool put_all(ByteView octets, Put put) {
    while (!octets.empty()) {
        const ssize_t n = put(octets);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        octets = octets.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

}  // namespace

bool write_all(int fd, ByteView octets) {
    return put_all(octets, [fd](ByteView rest) { return ::write(fd, rest.data(), rest.size()); });
}

bool send_all(int socket, ByteView octets) {
    return put_all(octets, [socket](ByteView rest) { return ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL); });
}

}  // namespace rakit
