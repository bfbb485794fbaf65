#pragma once

#include "common/document/document.hpp"

namespace rakit::cards {

/// image_schema is docs/formats/schema/card-image.schema.json.
const nlohmann::json& image_schema();

/// recipe_schema is docs/formats/schema/card-recipe.schema.json.
const nlohmann::json& recipe_schema();

}  // namespace rakit::cards
