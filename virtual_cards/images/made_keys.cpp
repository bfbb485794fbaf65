#include "virtual_cards/images/made_keys.hpp"

#include "common/base/rng.hpp"

namespace rakit::cards {

Result<ossl::PKey> MadeKeys::get(ossl::KeyType type, std::uint64_t seed, const std::string& stream) {
    auto& kept = x_keys[std::to_string(seed) + " " + std::string(ossl::name(type)) + " " + stream];
    if (!kept) {
        SeededRng rng(seed, stream);
        auto made = ossl::generate_key(type, rng);
        if (!made) return made;
        kept = std::move(*made);
    }
    EVP_PKEY_up_ref(kept.get());
    return ossl::PKey(kept.get());
}

Result<ossl::PKey> card_key(const ImageWish& wish, ossl::KeyType type, const std::string& stream) {
    MadeKeys own;
    return (wish.made_keys != nullptr ? *wish.made_keys : own).get(type, wish.seed, stream);
}

}  // namespace rakit::cards
