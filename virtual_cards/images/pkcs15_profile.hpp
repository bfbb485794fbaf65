#pragma once

#include "virtual_cards/images/describe.hpp"

namespace rakit::cards {

/// personalise_pkcs15 makes a `pkcs15` image of its recipe.
Result<Image> personalise_pkcs15(const nlohmann::json& recipe, const ImageWish& wish, CertificateIssuer& issuer);

/// describe_pkcs15 decodes a `pkcs15` image.
Result<std::vector<Fact>> describe_pkcs15(const Image& image);

}  // namespace rakit::cards
