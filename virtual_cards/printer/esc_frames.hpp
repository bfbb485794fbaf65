#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"

namespace rakit::printer {

/// EscCommand is one command of the ESC language: `ESC name;p1;p2 CR`. A command that downloads has its octets in
/// `data`. Where `name` is empty, what came was no command.
struct EscCommand {
    std::string name;
    std::vector<std::string> parameters;
    Bytes data;
};

/// EscFrames cuts a stream into commands. The ESC may be missing after a CR, as the guide has it (section 3). What
/// can't be a command - other octets than printable ones, too many without a CR, a command cut off by the next one's
/// ESC - is given as one without a name, once, and the stream goes on behind it.
class EscFrames {
public:
    static constexpr std::size_t kLongestCommand = 1024;
    static constexpr std::size_t kLongestData = 1U << 18U;  ///< a panel is 82,296 octets, not compressed
    void feed(ByteView octets);
    std::optional<EscCommand> next();

private:
    void take(std::uint8_t octet);
    void end_of_command();
    void bad();
    /// begin_data tells whether the command so far is a whole download command, whose octets come next.
    bool begin_data();

    std::deque<EscCommand> x_ready;
    std::string x_text;
    bool x_skipping = false;  ///< up to the next CR or ESC
    std::size_t x_data_left = 0;
    std::optional<EscCommand> x_download;
};

}  // namespace rakit::printer
