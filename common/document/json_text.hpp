#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "common/base/result.hpp"

namespace rakit::document {

class Schema;

/// parse_json parses JSON that somebody else wrote (RFC 8259). Failure: document_invalid, without the text itself,
/// which may hold what must not get into a log: it is no JSON, names a key twice (RFC 7493 section 2.3), or nests
/// deeper than 64. Who copies a value goes down into it, and a deep one would be the end of the stack.
Result<nlohmann::json> parse_json(std::string_view text);

/// parse_json enforces a schema as well. Failure: document_invalid, the first finding with its place as a JSON Pointer.
Result<nlohmann::json> parse_json(std::string_view text, const Schema& schema);

}  // namespace rakit::document
