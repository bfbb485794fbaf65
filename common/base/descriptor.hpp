#pragma once

#include <unistd.h>

#include <utility>

#include "common/base/bytes.hpp"

namespace rakit {

/// Descriptor owns a file descriptor of the system and closes it at its end; -1 is none.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : x_fd(fd) {}
    Descriptor(Descriptor&& other) noexcept : x_fd(std::exchange(other.x_fd, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) reset(std::exchange(other.x_fd, -1));
        return *this;
    }
    ~Descriptor() { reset(); }

    int get() const { return x_fd; }
    explicit operator bool() const { return x_fd >= 0; }
    void reset(int fd = -1) {
        if (x_fd >= 0) ::close(x_fd);
        x_fd = fd;
    }

private:
    int x_fd = -1;
};

/// write_all writes every octet, whatever the descriptor takes at once; false with errno if it can't.
bool write_all(int fd, ByteView octets);

/// send_all is write_all for a socket: a peer that is gone is EPIPE, not a signal.
bool send_all(int socket, ByteView octets);

}  // namespace rakit
