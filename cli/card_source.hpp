#pragma once

#include <memory>
#include <string>

#include "virtual_cards/images/image.hpp"

namespace rakit::cli {

/// open_card makes a live card of `--card IMAGE`: a built-in's name or a file; certificates of built-ins and recipes come
/// from the default hierarchy, for tests only. Failures: those of make_image and open_image.
Result<std::unique_ptr<cards::ImageCard>> open_card(const std::string& name_or_file);

}  // namespace rakit::cli
