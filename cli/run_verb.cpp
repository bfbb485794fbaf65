#include "cli/verbs.hpp"

namespace rakit::cli {

void add_run(CLI::App&, Verb&) {}

}  // namespace rakit::cli
