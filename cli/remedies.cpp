#include "cli/remedies.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "embedded/errors_page.hpp"

namespace rakit::cli {
namespace {

constexpr std::string_view kNothingToAdd = "see the detail";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// cell is the nth cell of a table's row, from 1; empty if the line is no such row.
std::string_view cell(std::string_view line, int nth) {
    for (; nth > 0; --nth) {
        const auto bar = line.find('|');
        if (bar == std::string_view::npos) return {};
        line.remove_prefix(bar + 1);
    }
    return trimmed(line.substr(0, line.find('|')));
}

/// remedies by code, as the page's tables have them: `| code | number | failInfo | cause | remedy |`.
std::map<std::string, std::string, std::less<>> remedies() {
    std::map<std::string, std::string, std::less<>> found;
    std::string_view page = embedded::errors_page;
    while (!page.empty()) {
        const auto line = page.substr(0, page.find('\n'));
        page.remove_prefix(std::min(page.size(), line.size() + 1));
        std::string code(cell(line, 1)), remedy(cell(line, 5));
        if (!code.starts_with('`') || remedy == kNothingToAdd) continue;
        std::erase(code, '`');
        std::erase(remedy, '`');  // the page's mark for what is typed; a terminal has no use for it
        found.emplace(std::move(code), std::move(remedy));
    }
    return found;
}

}  // namespace

Error with_remedy(Error error) {
    if (!error.remedy.empty()) return error;
    const auto all = remedies();
    const auto found = all.find(name(error.code));
    if (found != all.end()) error.remedy = found->second;
    return error;
}

}  // namespace rakit::cli
