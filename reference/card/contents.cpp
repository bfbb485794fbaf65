#include "reference/card/contents.hpp"

#include <algorithm>

#include "common/ossl/digest.hpp"

namespace rakit::reference {

CardIdentity Contents::identity() const {
    CardIdentity identity{serial, {}};
    for (const auto& key : keys) identity.keys.push_back(key.id + ":" + to_hex(ossl::sha256(key.spki)));
    return identity;
}

const KeyLine* Contents::key(std::string_view id) const {
    const auto found = std::ranges::find(keys, id, &KeyLine::id);
    return found == keys.end() ? nullptr : &*found;
}

const PinState* Contents::pin(std::string_view id) const {
    const auto found = std::ranges::find(pins, id, &PinState::id);
    return found == pins.end() ? nullptr : &*found;
}

}  // namespace rakit::reference
