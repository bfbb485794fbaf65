#include "cli/verbs.hpp"

namespace rakit::cli {

void add_contents(CLI::App&, Verb&) {}

}  // namespace rakit::cli
