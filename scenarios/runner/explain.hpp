#pragma once

#include <string>

#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {

/// explain tells a case in sentences: what there is, what the officer does, what must come of it.
std::string explain(const Case& one);

/// scenario_skeleton gives a new scenario's text, with `schema` for editors; it has no findings but passes by chance
/// only.
std::string scenario_skeleton(const std::string& schema);

/// scenario_schema_text gives the schema, for editors where the source tree isn't at hand.
std::string_view scenario_schema_text();

}  // namespace rakit::scenarios
