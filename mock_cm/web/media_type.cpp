#include "mock_cm/web/media_type.hpp"

#include <utility>

#include "common/base/lower_case.hpp"
#include "common/base/trimmed.hpp"

namespace rakit::cm {
namespace {

/// take_until cuts at the next of these characters outside of quotes, and takes the character too.
std::string_view take_until(std::string_view& rest, char separator) {
    bool quoted = false;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (rest[i] == '\\' && quoted)
            ++i;
        else if (rest[i] == '"')
            quoted = !quoted;
        else if (rest[i] == separator && !quoted) {
            const auto taken = rest.substr(0, i);
            rest.remove_prefix(i + 1);
            return taken;
        }
    }
    return std::exchange(rest, {});
}

std::optional<std::string> unquoted(std::string_view text) {
    if (text.empty() || text.front() != '"') return std::string(text);
    if (text.size() < 2 || text.back() != '"') return std::nullopt;
    std::string value;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        value += text[i];
    }
    return value;
}

bool matches(const std::string& wanted, const std::string& offered) {
    if (wanted == "*/*" || wanted == offered) return true;
    const bool any_of_type = wanted.size() > 2 && wanted.compare(wanted.size() - 2, 2, "/*") == 0;
    return any_of_type && offered.compare(0, wanted.size() - 1, wanted, 0, wanted.size() - 1) == 0;
}

}  // namespace

std::optional<MediaType> parse_media_type(std::string_view text) {
    MediaType media{lower_case(trimmed(take_until(text, ';'))), {}};
    if (media.type.empty() || media.type.find_first_of(" \t") != std::string::npos) return std::nullopt;
    while (!trimmed(text).empty()) {
        auto parameter = trimmed(take_until(text, ';'));
        const auto equals = parameter.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        auto value = unquoted(trimmed(parameter.substr(equals + 1)));
        const auto name = lower_case(trimmed(parameter.substr(0, equals)));
        if (name.empty() || !value || !media.parameters.emplace(name, *std::move(value)).second) return std::nullopt;
    }
    return media;
}

std::optional<std::string> accepted(std::string_view accept, const std::vector<std::string>& offered) {
    if (trimmed(accept).empty()) return offered.front();
    while (!accept.empty()) {
        const auto one = parse_media_type(take_until(accept, ','));
        if (!one) continue;
        const auto weight = one->parameters.find("q");
        if (weight != one->parameters.end() && weight->second.find_first_not_of("0.") == std::string::npos) continue;
        for (const auto& candidate : offered)
            if (matches(one->type, candidate)) return candidate;
    }
    return std::nullopt;
}

}  // namespace rakit::cm
