#pragma once

#include <string>
#include <string_view>

namespace rakit::cli {

/// printable replaces what a terminal would take for a command; a card's or a peer's text is not to be trusted.
std::string printable(std::string_view text);

/// printable_lines does so line by line.
std::string printable_lines(std::string_view text);

}  // namespace rakit::cli
