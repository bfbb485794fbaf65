#pragma once

#include <optional>
#include <string_view>

namespace rakit::cards {

/// built_in_recipe gives the text of a built-in card's recipe; nothing for other names.
std::optional<std::string_view> built_in_recipe(std::string_view name);

}  // namespace rakit::cards
