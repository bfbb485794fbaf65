#include "cli/verbs.hpp"

namespace rakit::cli {

void add_sandbox(CLI::App&, Verb&) {}

}  // namespace rakit::cli
