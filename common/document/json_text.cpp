#include "common/document/json_text.hpp"

#include <nlohmann/json.hpp>

namespace rakit::document {

nlohmann::json parse_json(std::string_view text) {
    using nlohmann::json;
    constexpr int kDeepest = 64;
    bool too_deep = false;
    const auto watch = [&](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > kDeepest;
        return !too_deep;
    };
    auto value = json::parse(text, watch, false);
    return too_deep ? json(json::value_t::discarded) : value;
}

}  // namespace rakit::document
