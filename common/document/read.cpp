#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "common/document/document.hpp"

namespace rakit::document {
namespace {

using nlohmann::json;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// integer reads YAML 1.2's core integer: [-+]?[0-9]+.
std::optional<std::int64_t> integer(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> floating(const std::string& text) {
    const bool starts = !text.empty() && (is_digit(text[0]) || ((text[0] == '-' || text[0] == '.') && text.size() > 1));
    if (!starts || text.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    double value = 0;
    stream >> value;
    if (stream.fail() || !stream.eof()) return std::nullopt;
    return value;
}

/// Builder turns yaml-cpp's events into a value with positions. yaml-cpp's own tree drops duplicate keys' evidence,
/// the quotes and octal zeros, which is why it is not used.
class Builder final : public YAML::EventHandler {
public:
    explicit Builder(Document& document) : x_document(document) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { value(mark, anchor, json(nullptr), false); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        complain(mark, "aliases are not supported; write the value again");
        value(mark, 0, json(nullptr), false);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        // yaml-cpp marks a plain scalar with the tag "?", a quoted one with "!".
        const bool plain = tag == "?" || tag.empty();
        if (!plain && tag != "!") complain(mark, "tags are not supported: " + tag);
        if (expects_key()) return key(mark, text);
        value(mark, anchor, plain ? scalar(mark, text) : json(text), false);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        if (expects_key()) complain(mark, "a key must be a string");
        value(mark, anchor, json::array(), true);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        if (expects_key()) complain(mark, "a key must be a string");
        value(mark, anchor, json::object(), true);
    }
    void OnMapEnd() override { close(); }

private:
    struct Level {
        json* container;
        json::json_pointer pointer;
        std::optional<std::string> key;
    };

    static Position position(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

    void complain(const YAML::Mark& mark, std::string message) {
        x_document.findings.push_back({x_document.file, position(mark), std::move(message), {}});
    }

    bool expects_key() const {
        return !x_levels.empty() && x_levels.back().container->is_object() && !x_levels.back().key;
    }

    void key(const YAML::Mark& mark, const std::string& text) {
        auto& level = x_levels.back();
        if (level.container->contains(text)) complain(mark, "duplicate key '" + text + "'");
        level.key = text;
    }

    json scalar(const YAML::Mark& mark, const std::string& text) {
        if (text.empty() || text == "null" || text == "~") return nullptr;
        if (text == "true") return true;
        if (text == "false") return false;
        const bool hex = std::all_of(text.begin(), text.end(), is_hex);
        const bool digits = std::all_of(text.begin(), text.end(), is_digit);
        if (digits && text.size() > 1 && text[0] == '0') {
            complain(mark, "a number can't begin with 0; quote it if it is a PIN or octets: \"" + text + "\"");
            return text;
        }
        if (const auto number = integer(text)) return *number;
        if (hex && std::any_of(text.begin(), text.end(), is_digit)) {
            complain(mark, "octets in hex must be quoted: \"" + text + "\"");
            return text;
        }
        if (const auto number = floating(text)) return *number;
        return text;
    }

    void value(const YAML::Mark& mark, YAML::anchor_t anchor, json what, bool opens) {
        if (anchor != 0) complain(mark, "anchors are not supported");
        if (x_levels.empty()) {
            x_document.value = std::move(what);
            x_document.positions[""] = position(mark);
            if (opens) x_levels.push_back({&x_document.value, json::json_pointer(), {}});
            return;
        }
        auto& level = x_levels.back();
        json* slot = nullptr;
        json::json_pointer pointer = level.pointer;
        if (level.container->is_object()) {
            const std::string name = level.key.value_or("");
            level.key.reset();
            pointer /= name;
            slot = &(*level.container)[name];
            *slot = std::move(what);
        } else {
            pointer /= level.container->size();
            level.container->push_back(std::move(what));
            slot = &level.container->back();
        }
        x_document.positions[pointer.to_string()] = position(mark);
        if (opens) x_levels.push_back({slot, pointer, {}});
    }

    void close() { x_levels.pop_back(); }

    Document& x_document;
    std::vector<Level> x_levels;
};

}  // namespace

Document read_document(std::string file, std::string_view text) {
    Document document{std::move(file), nullptr, {}, {}};
    std::istringstream stream{std::string(text)};
    try {
        YAML::Parser parser(stream);
        Builder builder(document);
        if (!parser.HandleNextDocument(builder))
            document.findings.push_back({document.file, {1, 1}, "the file is empty", ""});
        else if (Document second{document.file, nullptr, {}, {}}; [&] {
                     Builder rest(second);
                     return parser.HandleNextDocument(rest);
                 }())
            document.findings.push_back({document.file, second.at(""), "a second document in one file", ""});
    } catch (const YAML::Exception& problem) {
        document.findings.push_back({document.file, {problem.mark.line + 1, problem.mark.column + 1}, problem.msg, ""});
    }
    return document;
}

}  // namespace rakit::document
