#pragma once

#include <sys/un.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "common/base/bytes.hpp"
#include "common/base/descriptor.hpp"

namespace rakit {

/// unix_address puts a path into a socket address; nothing if it is over 107 octets.
std::optional<sockaddr_un> unix_address(const std::filesystem::path& socket);

/// listen_unix makes a listening socket, mode 0600 from its first moment. None, with errno, if it can't.
Descriptor listen_unix(const sockaddr_un& at, int backlog);

/// connect_unix connects to a listening socket. None, with errno, if it can't.
Descriptor connect_unix(const sockaddr_un& at);

/// connect_loopback connects to 127.0.0.1:`port`; the stream is blocking. None, with errno, if it can't, or not within
/// `bound`. Async-signal-safe: a forked child of a process with threads may call it.
Descriptor connect_loopback(std::uint16_t port, std::chrono::milliseconds bound);

/// send_with sends `message` over a UNIX-domain socket, and a copy of the descriptor `beside` it (SCM_RIGHTS) unless
/// that is negative. False, with errno, if it can't. Async-signal-safe.
bool send_with(int socket, ByteView message, int beside);

/// receive_with receives what one send_with() sent: true if just `size` octets came. `beside` is left alone if no
/// descriptor came along.
bool receive_with(int socket, void* message, std::size_t size, Descriptor& beside);

}  // namespace rakit
