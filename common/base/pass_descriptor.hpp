#pragma once

#include <sys/types.h>

#include <span>

#include "common/base/descriptor.hpp"

namespace rakit {

/// send_with_descriptor sends octets over a UNIX-domain socket, and `passed` beside them (SCM_RIGHTS) unless it is -1;
/// false with errno if they aren't taken at once, so let them be few. Async-signal-safe.
bool send_with_descriptor(int socket, ByteView octets, int passed);

/// receive_with_descriptor is recv(2), and gives the descriptor that came beside the octets; none: nothing did.
ssize_t receive_with_descriptor(int socket, std::span<std::uint8_t> into, Descriptor& passed);

}  // namespace rakit
