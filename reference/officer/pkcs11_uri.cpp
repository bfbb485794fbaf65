#include "reference/officer/pkcs11_uri.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace rakit::reference {
namespace {

constexpr std::string_view kScheme = "pkcs11:";

Unexpected wrong(std::string detail, std::string remedy = {}) {
    return fail(ErrorCode::usage, "the PKCS#11 URI: " + std::move(detail), {}, std::move(remedy));
}

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    return std::nullopt;
}

/// percent_decoded undoes RFC 3986 section 2.1; nothing for a broken escape.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const auto first = hex_digit(text[i + 1]), second = hex_digit(text[i + 2]);
        if (!first || !second) return std::nullopt;
        out.push_back(static_cast<char>(*first << 4 | *second));
        i += 2;
    }
    return out;
}

Result<void> take_slot_id(Pkcs11Uri& uri, const std::string& value) {
    unsigned long number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec != std::errc() || read.ptr != value.data() + value.size()) return wrong("slot-id is no number");
    uri.slot_id = number;
    return {};
}

Result<void> take_type(const std::string& value) {
    if (value == "cert" || value == "private") return {};
    return wrong("type=" + value + " is no officer's credential", "leave it out, or write cert or private");
}

Result<void> take_pin() {
    return wrong("it holds a PIN or names where one lies",
                 "leave pin-value and pin-source out; the signature PIN is asked for, or comes through --pin-fd");
}

Result<void> take(Pkcs11Uri& uri, const std::string& name, const std::string& value) {
    const std::map<std::string, std::string Pkcs11Uri::*> texts{
        {"module-path", &Pkcs11Uri::module_path},
        {"token", &Pkcs11Uri::token},
        {"manufacturer", &Pkcs11Uri::manufacturer},
        {"model", &Pkcs11Uri::model},
        {"serial", &Pkcs11Uri::serial},
        {"slot-description", &Pkcs11Uri::slot_description},
        {"object", &Pkcs11Uri::object},
    };
    if (const auto text = texts.find(name); text != texts.end()) {
        uri.*(text->second) = value;
        return {};
    }
    if (name == "id") {
        uri.id = to_bytes(value);
        return {};
    }
    if (name == "slot-id") return take_slot_id(uri, value);
    if (name == "type") return take_type(value);
    if (name == "pin-value" || name == "pin-source") return take_pin();
    if (name == "module-name") return wrong("module-name is searched for nowhere", "give module-path");
    return wrong("the attribute '" + name + "' is not known here");
}

Result<void> take_all(Pkcs11Uri& uri, std::string_view part, char separator, std::set<std::string>& seen) {
    while (!part.empty()) {
        const auto end = std::min(part.find(separator), part.size());
        const auto attribute = part.substr(0, end);
        part.remove_prefix(std::min(end + 1, part.size()));
        const auto equals = attribute.find('=');
        if (equals == std::string_view::npos || equals == 0) return wrong("an attribute is NAME=VALUE");
        const std::string name(attribute.substr(0, equals));
        const auto value = percent_decoded(attribute.substr(equals + 1));
        if (!value) return wrong("'" + name + "' has a broken % escape");
        if (!seen.insert(name).second) return wrong("'" + name + "' stands twice");
        if (auto taken = take(uri, name, *value); !taken) return taken;
    }
    return {};
}

}  // namespace

bool is_pkcs11_uri(std::string_view text) { return text.starts_with(kScheme); }

Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text) {
    if (!is_pkcs11_uri(text)) return wrong("it doesn't begin with pkcs11:");
    text.remove_prefix(kScheme.size());
    const auto question = std::min(text.find('?'), text.size());
    Pkcs11Uri uri;
    std::set<std::string> seen;
    if (auto path = take_all(uri, text.substr(0, question), ';', seen); !path) return fail(path.error());
    if (question < text.size())
        if (auto query = take_all(uri, text.substr(question + 1), '&', seen); !query) return fail(query.error());
    if (uri.module_path.empty()) return wrong("it names no module", "end it with ?module-path=/path/of/the/module.so");
    return uri;
}

}  // namespace rakit::reference
