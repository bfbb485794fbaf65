#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "scenarios/runner/scenario.hpp"

namespace rakit::cli {

/// load_catalogue reads scenario files; no path means the catalogue: share/rakit/scenarios beside the binary's folder,
/// or that of the source tree that it was built from. Failures: document_invalid with every finding, file_unreadable,
/// usage if there is no case at all.
Result<std::vector<scenarios::Case>> load_catalogue(const std::vector<std::string>& paths);

/// cards_can_be_made tells whether the cases' cards can be; `shared_keys` is cards::MadeKeys' folder. Failure:
/// document_invalid with every finding.
Result<void> cards_can_be_made(const std::vector<scenarios::Case>& cases,
                               const std::filesystem::path& shared_keys = {});

/// own_binary is this program's file.
std::string own_binary();

}  // namespace rakit::cli
