#include "virtual_cards/printer/rpc_parts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rakit::printer {
namespace {

struct Setting {
    std::string_view name;
    std::array<std::string_view, 4> values;
};
constexpr std::array kSettings{
    Setting{"GInputTray", {"FEEDER", "AUTO", "MANUAL", "PRINTER"}},
    Setting{"GOutputTray", {"HOPPER", "REAR", "PRINTER", "HOPPER"}},
    Setting{"GRejectBox", {"DEFAULTREJECT", "HOPPER", "PRINTER", "DEFAULTREJECT"}},
};

std::pair<std::string, std::string> setting_of(const std::string& pair) {
    const auto equals = pair.find('=');
    const auto key = pair.substr(0, equals);
    const auto value = equals == std::string::npos ? std::string() : pair.substr(equals + 1);
    for (const auto& setting : kSettings) {
        if (setting.name != key) continue;
        if (std::find(setting.values.begin(), setting.values.end(), value) != setting.values.end()) return {key, value};
        throw RpcError{kInvalidParams, "no such value", pair};
    }
    throw RpcError{kInvalidParams, "no such setting", pair};
}

}  // namespace

std::string word_of(const EscReply& reply) {
    if (reply.kind != EscReply::Kind::nack) return reply.kind == EscReply::Kind::text ? reply.text : "OK";
    switch (reply.code) {
        case '1': return "ERROR CDE";
        case '2': return "ERROR PARAMETRES";
        case 'C': return "COVER OPEN";
        case 'F': return "FEEDER EMPTY";
        case 'R': return "ERROR RIBBON";
        default: break;
    }
    if (reply.text.rfind("jam-", 0) == 0) return "CARD JAM";
    if (reply.text == name(FaultKind::head_temperature)) return "ERROR HEAD";
    if (reply.text == name(Refusal::tray_full)) return "HOPPER FULL";
    return "ERROR TIME OUT";
}

std::vector<std::pair<std::string, std::string>> settings_of(const std::string& data) {
    std::vector<std::pair<std::string, std::string>> settings;
    std::size_t begin = 0;
    while (begin <= data.size()) {
        const auto end = std::min(data.find(';', begin), data.size());
        settings.push_back(setting_of(data.substr(begin, end - begin)));
        begin = end + 1;
    }
    return settings;
}

std::optional<Bytes> base64_of(const std::string& text) {
    constexpr std::string_view kPrefix = "base64:";
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.rfind(kPrefix, 0) != 0) return std::nullopt;
    Bytes octets;
    std::uint32_t held = 0;
    int bits = 0;
    auto rest = std::string_view(text).substr(kPrefix.size());
    while (!rest.empty() && rest.back() == '=') rest.remove_suffix(1);
    for (const char c : rest) {
        if (c == '\n' || c == '\r') continue;
        const auto digit = kDigits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        held = held << 6U | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        octets.push_back(static_cast<std::uint8_t>(held >> static_cast<unsigned>(bits) & 0xFFU));
    }
    return octets;
}

}  // namespace rakit::printer
