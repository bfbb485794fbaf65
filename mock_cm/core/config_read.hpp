#pragma once

#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "mock_cm/core/config.hpp"

namespace rakit::cm {

/// read_config takes over what the schema has accepted; judge_config finds what no schema can say, and what read_config
/// therefore had to leave out: patterns, CRLs, QC statements that are none.
Config read_config(const nlohmann::json& body);
void judge_config(document::Document& document, const Config& config);

}  // namespace rakit::cm
