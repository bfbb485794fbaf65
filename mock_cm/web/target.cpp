#include "mock_cm/web/target.hpp"

#include "common/base/bytes.hpp"

namespace rakit::cm {
namespace {

Unexpected malformed(const std::string& what) {
    return fail(ErrorCode::request_malformed, "the request target " + what, {},
                "encode what is special as % and two hexadecimal digits");
}

Result<std::string> decode(std::string_view text, bool form) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += form && text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const auto octet = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (!octet || octet->size() != 1 || octet->front() == 0) return malformed("has a broken escape");
        decoded += static_cast<char>(octet->front());
        i += 2;
    }
    return decoded;
}

Result<void> read_query(std::string_view text, Target& target) {
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto pair = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        const auto equals = pair.find('=');
        const auto name = decode(pair.substr(0, equals), true);
        const auto value = decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
        if (!name) return Unexpected{name.error()};
        if (!value) return Unexpected{value.error()};
        if (name->empty() || !target.query.emplace(*name, *value).second)
            return malformed("has a parameter without a name, or twice");
    }
    return {};
}

}  // namespace

std::string_view path_of(std::string_view text) { return text.substr(0, text.find('?')); }

Result<Target> parse_target(std::string_view text) {
    if (text.empty() || text.front() != '/') return malformed("is no path");
    const auto encoded = path_of(text);
    auto path = decode(encoded, false);
    if (!path) return Unexpected{std::move(path).error()};
    Target target{*std::move(path), {}};
    if (encoded.size() < text.size())
        if (auto done = read_query(text.substr(encoded.size() + 1), target); !done)
            return Unexpected{std::move(done).error()};
    return target;
}

}  // namespace rakit::cm
