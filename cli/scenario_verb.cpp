#include "cli/verbs.hpp"

namespace rakit::cli {

void add_scenario(CLI::App&, Verb&) {}

}  // namespace rakit::cli
