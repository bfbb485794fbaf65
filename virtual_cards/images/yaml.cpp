#include "virtual_cards/images/image.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;

bool is_plain(const json& value) { return !value.is_structured() || value.empty(); }

void write(std::string& out, const json& value, std::size_t indent);

void write_member(std::string& out, const std::string& key, const json& value, std::size_t indent) {
    out += key + ":";
    if (is_plain(value)) {
        // JSON's scalars are YAML's; strings stay quoted, so that no reader guesses a number.
        out += " " + value.dump() + "\n";
    } else {
        out += "\n";
        write(out, value, indent + 2);
    }
}

void write(std::string& out, const json& value, std::size_t indent) {
    const std::string margin(indent, ' ');
    if (is_plain(value)) {
        out += margin + value.dump() + "\n";
    } else if (value.is_object()) {
        for (const auto& [key, member] : value.items()) {
            out += margin;
            write_member(out, key, member, indent);
        }
    } else {
        for (const auto& element : value) {
            if (!element.is_object() || element.empty()) {
                out += margin + "- " + element.dump() + "\n";
                continue;
            }
            bool first = true;
            for (const auto& [key, member] : element.items()) {
                out += margin + (first ? "- " : "  ");
                write_member(out, key, member, indent + 2);
                first = false;
            }
        }
    }
}

}  // namespace

std::string to_yaml(const Image& image) {
    std::string out;
    write(out, image.document, 0);
    return out;
}

}  // namespace rakit::cards
