#pragma once

#include "reference/card/card_profile.hpp"

/// What an interrupted write may have left of an object whose image is known.
namespace rakit::reference {

/// find_image finds the image of a place; null if there is none.
const ObjectImage* find_image(const std::vector<ObjectImage>& images, const std::string& place);

/// is_torn tells whether `present` is what a write of `wanted` over `before` leaves when it breaks off: each octet is
/// one of the two's at its place. What is neither was written by somebody else.
bool is_torn(ByteView present, ByteView before, ByteView wanted);

/// imaged_keys lists the keys whose certificates, and so perhaps public keys, can't be told while the images' objects
/// are torn.
std::vector<std::string> imaged_keys(const std::vector<ObjectImage>& images);

}  // namespace rakit::reference
