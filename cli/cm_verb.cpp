#include "cli/verbs.hpp"

namespace rakit::cli {

void add_cm(CLI::App&, Verb&) {}

}  // namespace rakit::cli
