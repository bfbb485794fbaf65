#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/document/document.hpp"
#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {

/// Loaded is every case of some files, and everything that is wrong with them; with a finding no case may be run.
struct Loaded {
    std::vector<Case> cases;
    std::vector<document::Finding> findings;
};

/// load_text reads one scenario; `file` names it in findings and, by its folder and stem, in case ids.
Loaded load_text(const std::string& file, std::string_view text);

/// load_paths reads files and, below folders, every *.yaml. Case ids must differ. Failures: file_unreadable for a path
/// that isn't there; findings are in the value.
Result<Loaded> load_paths(const std::vector<std::filesystem::path>& paths);

/// expand gives a scenario's rows: the document without `matrix`, each `${column}` replaced. A string that is nothing
/// but `${column}` becomes the column's value with its type. Findings about columns go to `findings`.
std::vector<std::pair<std::string, nlohmann::json>> expand(const document::Document& scenario,
                                                           std::vector<document::Finding>& findings);

/// check_meaning finds what a schema can't say: unknown error codes, contradictions, what can't be reached.
void check_meaning(const document::Document& row, std::vector<document::Finding>& findings);

}  // namespace rakit::scenarios
