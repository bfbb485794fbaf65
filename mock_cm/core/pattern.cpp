#include "mock_cm/core/pattern.hpp"

#include <regex>

namespace rakit::cm {

struct Pattern::Compiled {
    std::wregex expression;
};

Result<Pattern> Pattern::parse(std::string text) {
    Pattern pattern;
    try {
        pattern.x_compiled = std::make_shared<const Compiled>(
            Compiled{std::wregex(characters(text), std::regex::ECMAScript | std::regex::optimize)});
    } catch (const std::regex_error& problem) {
        return fail(ErrorCode::document_invalid, "'" + text + "' is no regular expression: " + problem.what());
    }
    pattern.x_text = std::move(text);
    return pattern;
}

bool Pattern::matches(std::string_view utf8) const {
    return std::regex_match(characters(utf8), x_compiled->expression);
}

std::wstring characters(std::string_view utf8) {
    std::wstring text;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto first = static_cast<unsigned char>(utf8[i]);
        const std::size_t size = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
        std::uint32_t value = size == 1 ? first : first & (0x7FU >> size);
        std::size_t used = 1;
        for (; used < size && i + used < utf8.size() && (utf8[i + used] & 0xC0) == 0x80; ++used)
            value = value << 6 | (static_cast<unsigned char>(utf8[i + used]) & 0x3FU);
        if (used != size) value = first, used = 1;
        text.push_back(static_cast<wchar_t>(value));
        i += used;
    }
    return text;
}

}  // namespace rakit::cm
