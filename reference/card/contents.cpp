#include "reference/card/contents.hpp"

#include <algorithm>

#include "common/ossl/digest.hpp"

namespace rakit::reference {

const StoredCertificate* KeyLine::newest_certificate() const {
    const StoredCertificate* newest = nullptr;
    for (const auto& stored : certificates)
        if (newest == nullptr || newest->certificate.not_before() <= stored.certificate.not_before()) newest = &stored;
    return newest;
}

const StoredCertificate* KeyLine::replaced_unless_picked() const {
    const auto* transport = transport_certificate();
    return transport != nullptr ? transport : newest_certificate();
}

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
