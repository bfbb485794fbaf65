#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scenarios/runner/observation.hpp"

namespace rakit::scenarios {

/// view_card reads a card from its image (docs/formats/card.md): keys from the key files themselves, certificates by
/// the judge's own reading of the PKCS#15 directories (ISO/IEC 7816-15), so that neither the RA nor the card's code has
/// a say. What doesn't parse or doesn't fit together is `damage`.
CardView view_card(const nlohmann::json& image);

}  // namespace rakit::scenarios
