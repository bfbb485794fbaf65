#include "cli/verbs.hpp"

namespace rakit::cli {

void add_resume(CLI::App&, Verb&) {}

}  // namespace rakit::cli
