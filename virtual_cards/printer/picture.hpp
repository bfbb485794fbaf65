#pragma once

#include <filesystem>
#include <optional>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "virtual_cards/printer/machine.hpp"

namespace rakit::printer {

/// picture_of reads a PNG, or a BMP of 24 bits a dot, of exactly the card's size; nothing if it isn't one.
std::optional<Picture> picture_of(ByteView octets);

/// overlay lays one print over another: ink only adds.
void overlay(Picture& under, const Picture& over);

/// write_png writes a picture. Failure: file_unwritable.
Result<void> write_png(const Picture& picture, const std::filesystem::path& file);

}  // namespace rakit::printer
