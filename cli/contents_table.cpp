#include "cli/contents_table.hpp"

#include <algorithm>
#include <array>

#include "cli/printable.hpp"

namespace rakit::cli {
namespace {

using Row = std::array<std::string, 6>;

/// width counts characters, not octets: UTF-8's continuation octets take no column.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string pin_text(const reference::Contents& contents, const reference::KeyLine& key) {
    if (key.pin.empty()) return "none";
    const auto* pin = contents.pin(key.pin);
    if (pin == nullptr) return key.pin;
    std::string tries = !pin->tries_left        ? ""
                        : *pin->tries_left == 0 ? " (blocked)"
                                                : " (" + std::to_string(*pin->tries_left) + " tries)";
    if (pin->tries_left == 1) tries = " (1 try)";
    return printable(pin->label) + tries;
}

std::string validity(const x509::Certificate& certificate) {
    return to_iso8601(certificate.not_before()).substr(0, 10) + " to " +
           to_iso8601(certificate.not_after()).substr(0, 10);
}

std::vector<Row> rows(const reference::Contents& contents) {
    std::vector<Row> all{{"Key", "Label", "Type", "PIN", "Certificate", "Valid"}};
    for (const auto& key : contents.keys) {
        Row row{key.id, printable(key.label), std::string(ossl::name(key.type)), pin_text(contents, key), "-", ""};
        for (const auto& stored : key.certificates) {
            row[4] = certificate_title(stored) + ", serial " + stored.certificate.serial_hex();
            row[5] = validity(stored.certificate);
            all.push_back(row);
            row = Row{};
        }
        if (key.certificates.empty()) all.push_back(row);
    }
    return all;
}

}  // namespace

std::string certificate_title(const reference::StoredCertificate& stored) {
    std::string title = x509::attribute(stored.certificate.subject(), "CN");
    if (title.empty()) title = to_string(stored.certificate.subject());
    return printable(title) + (stored.transport ? " [TC]" : "");
}

std::string contents_table(const reference::Contents& contents) {
    std::string out = "Card " + printable(contents.serial) + " (" + contents.profile + ")" +
                      (contents.label.empty() ? "" : ": " + printable(contents.label)) + "\n";
    const auto all = rows(contents);
    std::array<std::size_t, 6> widths{};
    for (const auto& row : all)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    for (const auto& row : all) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    for (const auto& note : contents.notes) out += "Note: " + printable(note) + "\n";
    return out;
}

}  // namespace rakit::cli
