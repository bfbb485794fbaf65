#include "cli/verbs.hpp"

namespace rakit::cli {

void add_card(CLI::App&, Verb&) {}

}  // namespace rakit::cli
