#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace rakit::document {

/// parse_json parses JSON that somebody else wrote. What is no JSON, or nests deeper than 64, comes back discarded:
/// who copies a value goes down into it, and a deep one would be the end of the stack.
nlohmann::json parse_json(std::string_view text);

}  // namespace rakit::document
