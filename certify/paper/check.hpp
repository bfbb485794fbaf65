#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace rakit::certify {

/// read_paper parses a paper and checks it against its schema. Failure: document_invalid.
Result<nlohmann::json> read_paper(std::string_view text, const std::string& file);

/// contradictions judges every case of a paper again, by its own figures: what its verdicts, counts and rules should
/// have been, a sentence each. A rule that isn't this version's is told too.
std::vector<std::string> contradictions(const nlohmann::json& paper);

}  // namespace rakit::certify
