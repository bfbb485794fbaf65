#include "cli/remedies.hpp"

#include <algorithm>
#include <string_view>

#include "common/base/trimmed.hpp"
#include "embedded/errors_page.hpp"

namespace rakit::cli {
namespace {

constexpr std::string_view kNothingToAdd = "see the detail";

/// cell is the nth cell of a table's row, from 1; empty if the line is no such row.
std::string_view cell(std::string_view line, int nth) {
    for (; nth > 0; --nth) {
        const auto bar = line.find('|');
        if (bar == std::string_view::npos) return {};
        line.remove_prefix(bar + 1);
    }
    return trimmed(line.substr(0, line.find('|')));
}

/// remedy_of finds a code's remedy in the page's tables, `| code | number | failInfo | cause | remedy |`; empty if
/// there is nothing to add.
std::string remedy_of(std::string_view code) {
    const std::string marked = "`" + std::string(code) + "`";
    std::string_view page = embedded::errors_page;
    while (!page.empty()) {
        const auto line = page.substr(0, page.find('\n'));
        page.remove_prefix(std::min(page.size(), line.size() + 1));
        if (cell(line, 1) != marked || cell(line, 5) == kNothingToAdd) continue;
        std::string remedy(cell(line, 5));
        std::erase(remedy, '`');  // the page's mark for what is typed; a terminal has no use for it
        return remedy;
    }
    return {};
}

}  // namespace

Error with_remedy(Error error) {
    if (error.remedy.empty()) error.remedy = remedy_of(name(error.code));
    return error;
}

}  // namespace rakit::cli
