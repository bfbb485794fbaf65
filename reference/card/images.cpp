#include "reference/card/images.hpp"

#include <algorithm>

namespace rakit::reference {

const ObjectImage* find_image(const std::vector<ObjectImage>& images, const std::string& place) {
    const auto found = std::ranges::find(images, place, &ObjectImage::place);
    return found == images.end() ? nullptr : &*found;
}

bool is_torn(ByteView present, ByteView before, ByteView wanted) {
    if (present.size() > std::max(before.size(), wanted.size())) return false;
    for (std::size_t i = 0; i < present.size(); ++i)
        if (!(i < before.size() && present[i] == before[i]) && !(i < wanted.size() && present[i] == wanted[i]))
            return false;
    return true;
}

std::vector<std::string> imaged_keys(const std::vector<ObjectImage>& images) {
    std::vector<std::string> keys;
    for (const auto& image : images) keys.insert(keys.end(), image.keys.begin(), image.keys.end());
    return keys;
}

}  // namespace rakit::reference
