#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scenarios/runner/observation.hpp"

namespace rakit::scenarios {

/// view_card reads a card from its image (docs/formats/card.md): keys from the key files themselves, certificates by
/// the judge's own reading of the PKCS#15 directories (ISO/IEC 7816-15), so that neither the RA nor the card's code has
/// a say. What doesn't parse or doesn't fit together is `damage`.
/// What was read of a card from outside (scenarios/outside) is taken alike.
CardView view_card(const nlohmann::json& image);

/// add_credentials puts tries and sealed credentials of an image's PINs and management key into the view; a lost try
/// changes the former alone.
void add_credentials(CardView& view, const nlohmann::json& image);

/// public_half gives the SubjectPublicKeyInfo of a key file's or key slot's entry, of its private `key` or as `spki`
/// tells it; empty if there is none.
Bytes public_half(const nlohmann::json& entry);

}  // namespace rakit::scenarios
