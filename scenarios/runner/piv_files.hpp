#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scenarios/runner/observation.hpp"

namespace rakit::scenarios {

/// view_piv_card reads a PIV card from its image: keys from the slots, certificates by the judge's own reading of the
/// data objects (SP 800-73-4 part 1, section 3 and appendix A). What doesn't parse or doesn't fit together is `damage`.
CardView view_piv_card(const nlohmann::json& image);

}  // namespace rakit::scenarios
