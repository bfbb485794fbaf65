#include "reference/cm/op_pin_scan.hpp"

#include <algorithm>
#include <optional>

namespace rakit::reference {
namespace {

constexpr std::string_view kKey = "value";

/// end_of_string finds the closing quote of the string that opens at `open`; nothing if there is none.
std::optional<std::size_t> end_of_string(const SecretBytes& json, std::size_t open) {
    for (std::size_t i = open + 1; i < json.size(); ++i) {
        if (json[i] == '\\')
            ++i;
        else if (json[i] == '"')
            return i;
    }
    return std::nullopt;
}

std::size_t skip_blanks(const SecretBytes& json, std::size_t at) {
    while (at < json.size() && std::string_view(" \t\r\n").find(static_cast<char>(json[at])) != std::string_view::npos)
        ++at;
    return at;
}

std::string_view text(const SecretBytes& json, std::size_t open, std::size_t close) {
    return {reinterpret_cast<const char*>(json.data()) + open + 1, close - open - 1};
}

}  // namespace

Result<Pin> take_op_pin(SecretBytes& json) {
    std::optional<Pin> pin;
    for (std::size_t at = 0; at < json.size(); ++at) {
        if (json[at] != '"') continue;
        const auto close = end_of_string(json, at);
        if (!close) break;  // broken JSON: the parser says where
        const bool key = text(json, at, *close) == kKey;
        at = *close;
        if (!key) continue;
        const std::size_t colon = skip_blanks(json, at + 1);
        if (colon >= json.size() || json[colon] != ':') continue;
        const std::size_t open = skip_blanks(json, colon + 1);
        if (open >= json.size() || json[open] != '"') continue;
        const auto end = end_of_string(json, open);
        if (!end) break;
        const std::string_view digits = text(json, open, *end);
        if (pin || digits.find('\\') != std::string_view::npos)
            return fail(ErrorCode::cm_answer_invalid, "the OP PIN stands twice or escaped",
                        "offset " + std::to_string(open));
        pin.emplace(digits);
        std::fill(json.begin() + static_cast<std::ptrdiff_t>(open) + 1,
                  json.begin() + static_cast<std::ptrdiff_t>(*end), static_cast<std::uint8_t>('0'));
        at = *end;
    }
    return pin ? std::move(*pin) : Pin();
}

}  // namespace rakit::reference
