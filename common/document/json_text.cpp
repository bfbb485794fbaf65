#include "common/document/json_text.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "common/document/document.hpp"

namespace rakit::document {

Result<nlohmann::json> parse_json(std::string_view text) {
    using nlohmann::json;
    constexpr int kDeepest = 64;
    bool too_deep = false;
    std::vector<std::set<std::string>> keys;
    std::optional<std::string> twice;
    const auto watch = [&](int depth, json::parse_event_t event, json& part) {
        too_deep = too_deep || depth > kDeepest;
        if (too_deep) return false;
        if (event == json::parse_event_t::object_start) keys.emplace_back();
        if (event == json::parse_event_t::object_end) keys.pop_back();
        if (event == json::parse_event_t::key && !keys.back().insert(part.get<std::string>()).second)
            twice = part.get<std::string>();
        return true;
    };
    try {
        auto value = json::parse(text, watch);
        if (too_deep)
            return fail(ErrorCode::document_invalid, "JSON that nests deeper than " + std::to_string(kDeepest));
        if (twice) return fail(ErrorCode::document_invalid, "JSON with the key '" + *twice + "' twice");
        return value;
    } catch (const json::parse_error& problem) {
        return fail(ErrorCode::document_invalid, "not JSON", "offset " + std::to_string(problem.byte));
    } catch (const json::out_of_range&) {
        return fail(ErrorCode::document_invalid, "JSON with a number that is too large");
    }
}

Result<nlohmann::json> parse_json(std::string_view text, const Schema& schema) {
    auto parsed = parse_json(text);
    if (!parsed) return parsed;
    Document document{{}, *std::move(parsed), {}, {}};
    check(document, schema);
    if (document.findings.empty()) return std::move(document.value);
    const auto& first = document.findings.front();
    return fail(ErrorCode::document_invalid, first.message, "JSON Pointer \"" + first.pointer + "\"");
}

}  // namespace rakit::document
