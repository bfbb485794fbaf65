#include "cli/printable.hpp"

#include <algorithm>

namespace rakit::cli {

std::string printable(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    // C1 controls are two octets in UTF-8: C2 80 to C2 9F.
    for (std::size_t i = 0; i + 1 < out.size(); ++i)
        if (static_cast<unsigned char>(out[i]) == 0xC2 && static_cast<unsigned char>(out[i + 1]) < 0xA0)
            out.replace(i, 2, "?");
    return out;
}

std::string printable_lines(std::string_view text) {
    std::string out;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        out += printable(text.substr(0, end)) + "\n";
        text.remove_prefix(end + 1);
    }
    return out + printable(text);
}

}  // namespace rakit::cli
