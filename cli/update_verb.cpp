#include "cli/verbs.hpp"

namespace rakit::cli {

void add_update(CLI::App&, Verb&) {}

}  // namespace rakit::cli
