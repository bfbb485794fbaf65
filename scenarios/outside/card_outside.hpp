#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scenarios/outside/card_channel.hpp"

namespace rakit::scenarios {

/// read_card_outside reads what a card shows to everybody who asks, in the form of an image (docs/formats/card.md) as
/// far as the judge reads it: profile, serial, PINs with their tries, files or data objects - and, in place of the
/// private keys that no card gives away, each key's public half as `spki`. Nothing is verified, nothing changed.
/// Failures: Transmit's, unsupported (a card of neither profile), card_content_invalid.
Result<nlohmann::json> read_card_outside(const Transmit& transmit);

/// The two profiles; nothing: the card isn't of that one.
Result<std::optional<nlohmann::json>> read_piv_outside(const CardChannel& card);
Result<std::optional<nlohmann::json>> read_pkcs15_outside(const CardChannel& card);

}  // namespace rakit::scenarios
