#pragma once

#include <set>

#include "common/document/document.hpp"

namespace rakit::cards {

/// check_pkcs15_recipe adds what a `pkcs15` recipe's schema can't say, each finding with its place: references and ids
/// that stand twice, a PIN or a key that isn't there, more tries left than there are, times that the calendar lacks or
/// that end before they begin.
void check_pkcs15_recipe(document::Document& recipe);

/// check_certificates looks at a list of a recipe's certificates: their times, and that `key` names one of the keys.
void check_certificates(document::Document& recipe, const std::string& list, const std::set<nlohmann::json>& keys);

/// check_tries looks at `name` and `name`_left of the PIN at this place; `otherwise` is what `name` is if left out.
void check_tries(document::Document& recipe, const std::string& at, const std::string& name, int otherwise);

/// at_its_place turns a failure of making a card from a document into a finding of that document: Error::where is the
/// path of a file of the image, or the name of a part of the recipe.
Error at_its_place(const document::Document& document, Error error);

}  // namespace rakit::cards
