#pragma once

#include <memory>
#include <string>

#include "virtual_cards/images/image.hpp"

namespace rakit::cli {

/// load_image makes the image of a built-in's name or a file; certificates of built-ins and recipes come from the
/// default hierarchy, for tests only. Failures: those of make_image.
Result<cards::Image> load_image(const std::string& name_or_file, const cards::ImageWish& wish = {});

/// open_card makes a live card of `--card IMAGE`, the `copy`-th (from 0) of that image. Failures: those of load_image
/// and open_image.
Result<std::unique_ptr<cards::ImageCard>> open_card(const std::string& name_or_file, unsigned copy = 0);

}  // namespace rakit::cli
