#pragma once

#include <nlohmann/json.hpp>

#include "virtual_cards/images/certificate_issuer.hpp"

namespace rakit::cards {

/// read_wish reads a recipe's certificate (docs/formats/card.md) for a key with this usage on a card with this serial
/// number. The public key is left to the caller. Failure: document_invalid for a time that the calendar lacks.
Result<CertificateWish> read_wish(const nlohmann::json& recipe, const std::string& card_serial,
                                  const std::vector<std::string>& usage);

}  // namespace rakit::cards
