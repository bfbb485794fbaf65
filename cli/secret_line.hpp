#pragma once

#include <optional>

#include "common/base/secret.hpp"

namespace rakit::cli {

/// read_secret_line reads up to a line feed with one read(2) an octet, so that nothing is left in a buffer that nobody
/// wipes. Nothing: the stream ended before an octet came, or the line is longer than 4096 octets.
std::optional<SecretBytes> read_secret_line(int fd);

}  // namespace rakit::cli
