#include "cli/secret_line.hpp"

#include <unistd.h>

#include <cerrno>

namespace rakit::cli {

std::optional<SecretBytes> read_secret_line(int fd) {
    constexpr std::size_t kLongest = 4096;
    SecretBytes line;
    line.reserve(kLongest);
    for (;;) {
        std::uint8_t octet = 0;
        const ssize_t n = ::read(fd, &octet, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return line.empty() ? std::nullopt : std::optional(std::move(line));
        if (octet == '\n') {
            if (!line.empty() && line.back() == '\r') line.pop_back();  // else the card would count a wrong PIN
            return line;
        }
        if (line.size() == kLongest) return std::nullopt;
        line.push_back(octet);
    }
}

}  // namespace rakit::cli
