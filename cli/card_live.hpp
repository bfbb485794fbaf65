#pragma once

#include "cli/verbs.hpp"

namespace rakit::cli {

/// add_card_live adds `card serve` and `card ctl` to the verb `card`.
void add_card_live(CLI::App& card, Verb& verb);

}  // namespace rakit::cli
