#include <algorithm>
#include <array>
#include <codecvt>
#include <locale>
#include <regex>

#include "reference/session/fields.hpp"

namespace rakit::reference::core {
namespace {

/// Limit is how many characters an attribute holds at most (RFC 5280 appendix A.1, upper bounds).
struct Limit {
    const char* field;
    std::size_t characters;
};
constexpr std::array kLimits{Limit{"country", 2},       Limit{"commonName", 64}, Limit{"serialNumber", 64},
                             Limit{"organization", 64}, Limit{"title", 64},      Limit{"organizationalUnit", 64},
                             Limit{"givenName", 32768}, Limit{"surname", 32768}, Limit{"email", 255}};

/// The alphabet of ASN.1's PrintableString, in which X.520 wants countryName and serialNumber.
constexpr std::string_view kPrintable = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";

/// A longer value is refused before the pattern sees it: std::regex recurses once a character.
constexpr std::size_t kLongestForPattern = 1024;

Unexpected refuse(const Field& field, const std::string& what, std::string remedy) {
    return fail(ErrorCode::field_invalid, field.label + ": " + what, "field " + field.name, std::move(remedy));
}

/// characters decodes UTF-8; nothing if it is none.
std::optional<std::u32string> characters(const std::string& text) {
    try {
        std::wstring_convert<std::codecvt_utf8<char32_t>, char32_t> utf8;
        return utf8.from_bytes(text);
    } catch (const std::range_error&) {
        return std::nullopt;
    }
}

std::size_t limit_of(const Field& field) {
    std::size_t limit = kLongestForPattern;
    for (const auto& row : kLimits)
        if (field.name == row.field) limit = row.characters;
    return field.max_length ? std::min(limit, *field.max_length) : limit;
}

bool is_address(const std::string& value) {
    const auto at = value.find('@');
    return at != std::string::npos && at != 0 && at + 1 != value.size() &&
           value.find('@', at + 1) == std::string::npos &&
           std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

Result<void> check_pattern(const Field& field, const std::u32string& value) {
    try {
        const auto pattern = characters(*field.pattern);
        if (!pattern) throw std::regex_error(std::regex_constants::error_collate);
        // Wide characters, so that a dot in the pattern is a character and not an octet.
        const std::wregex wanted(std::wstring(pattern->begin(), pattern->end()));
        if (std::regex_match(std::wstring(value.begin(), value.end()), wanted)) return {};
    } catch (const std::regex_error&) {
        return fail(ErrorCode::cm_answer_invalid,
                    "the pattern of the field " + field.name + " is no regular expression", "field " + field.name,
                    "have the certificate format corrected");
    }
    return refuse(field, "the value doesn't have the form of the certificate format", "the form is " + *field.pattern);
}

}  // namespace

Result<void> check_value(const Field& field, const std::string& value) {
    if (value.empty()) return {};
    const auto text = characters(value);
    if (!text) return refuse(field, "the value is not UTF-8", "type it again");
    if (std::any_of(text->begin(), text->end(), [](char32_t c) { return c < 0x20 || c == 0x7F; }))
        return refuse(field, "the value holds a control character", "type it again");
    if (field.name == "country") {
        const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
        if (value.size() != 2 || !std::all_of(value.begin(), value.end(), upper))
            return refuse(field, "a country is two upper-case letters", "type a code of ISO 3166, such as SE");
    }
    const auto limit = limit_of(field);
    if (text->size() > limit)
        return refuse(field, std::to_string(text->size()) + " characters, and " + std::to_string(limit) + " fit",
                      "shorten it");
    if (field.name == "email" && !is_address(value))
        return refuse(field, "this is no mail address in ASCII", "type it as name@example.org");
    if (field.name == "serialNumber" && value.find_first_not_of(kPrintable) != std::string::npos)
        return refuse(field, "a character that a serial number can't hold",
                      "use letters without accents, digits, spaces and '()+,-./:=?");
    if (!field.pattern || field.pattern->empty()) return {};
    if (text->size() > kLongestForPattern) return refuse(field, "too long for the format's pattern", "shorten it");
    return check_pattern(field, *text);
}

}  // namespace rakit::reference::core
