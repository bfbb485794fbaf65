#pragma once

#include <sys/un.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

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

}  // namespace rakit
