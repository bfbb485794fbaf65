#pragma once

#include <filesystem>
#include <vector>

#include "common/document/document.hpp"
#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {

/// check_cards looks at the cards of cases that name a file or vary a built-in, and gives what is wrong with them at
/// the place in the scenario that asks for it: a file that isn't there or is itself wrong, a key that the card lacks.
/// `shared_keys` is MadeKeys' folder.
std::vector<document::Finding> check_cards(const std::vector<Case>& cases,
                                           const std::filesystem::path& shared_keys = {});

}  // namespace rakit::scenarios
