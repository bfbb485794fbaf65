#pragma once

#include "common/document/document.hpp"

namespace rakit::cards {

/// image_schema is docs/formats/schema/card-image.schema.json.
const document::Schema& image_schema();

/// recipe_schema is docs/formats/schema/card-recipe.schema.json.
const document::Schema& recipe_schema();

}  // namespace rakit::cards
