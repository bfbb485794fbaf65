#include "virtual_cards/printer/esc_frames.hpp"

#include <algorithm>
#include <charconv>

namespace rakit::printer {
namespace {

constexpr std::uint8_t kEsc = 0x1B;
constexpr std::uint8_t kCr = 0x0D;
constexpr std::size_t kPanelOctets = 1016 * 648 / 8;

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == ';')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

std::optional<std::size_t> number(const std::string& text) {
    std::size_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// data_length tells how many octets follow a download command that has come so far: `Dbc;colour;lines;length;` or
/// `Db;colour;2;`.
std::optional<std::size_t> data_length(const std::vector<std::string>& parts) {
    if (parts[0] == "Dbc" && parts.size() == 5 && parts[4].empty()) return number(parts[3]);
    if (parts[0] == "Db" && parts.size() == 4 && parts[2] == "2" && parts[3].empty()) return kPanelOctets;
    return std::nullopt;
}

}  // namespace

void EscFrames::feed(ByteView octets) {
    for (const auto octet : octets) {
        if (x_data_left > 0) {
            x_download->data.push_back(octet);
            --x_data_left;
        } else {
            take(octet);
        }
    }
}

std::optional<EscCommand> EscFrames::next() {
    if (x_ready.empty()) return std::nullopt;
    auto command = std::move(x_ready.front());
    x_ready.pop_front();
    return command;
}

void EscFrames::take(std::uint8_t octet) {
    if (octet == kEsc) {
        if (!x_text.empty() || x_download) bad();
        x_skipping = false;
        return;
    }
    if (octet == kCr) return end_of_command();
    if (x_skipping || (octet == 0 && x_text.empty() && !x_download)) return;
    if (x_download || octet < 0x20 || octet > 0x7E || x_text.size() >= kLongestCommand) {
        bad();
        x_skipping = true;
        return;
    }
    x_text += static_cast<char>(octet);
    if (octet == ';' && begin_data()) x_text.clear();
}

bool EscFrames::begin_data() {
    auto parts = split(x_text);
    const auto length = data_length(parts);
    if (!length) return false;
    if (*length > kLongestData) {
        bad();
        x_skipping = true;
        return true;
    }
    parts.pop_back();
    x_download = EscCommand{parts[0], {parts.begin() + 1, parts.end()}, {}};
    x_data_left = *length;
    return true;
}

void EscFrames::end_of_command() {
    if (x_download) {
        x_ready.push_back(std::move(*x_download));
        x_download.reset();
    } else if (!x_text.empty()) {
        auto parts = split(x_text);
        x_ready.push_back({parts[0], {parts.begin() + 1, parts.end()}, {}});
    }
    x_text.clear();
    x_skipping = false;
}

void EscFrames::bad() {
    x_ready.emplace_back();
    x_text.clear();
    x_download.reset();
}

}  // namespace rakit::printer
