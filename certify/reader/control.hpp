#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "common/base/result.hpp"

namespace rakit::certify {

/// ask sends a request to a control socket (docs/formats/card-control.md and its kin) and gives the answer. Failures:
/// service_absent, io_failed; what the other side refused, by its own code where that is one of ours.
Result<nlohmann::json> ask(const std::filesystem::path& socket, const nlohmann::json& request);

}  // namespace rakit::certify
