#include "virtual_cards/images/made_keys.hpp"

#include "common/base/bytes.hpp"
#include "common/base/file.hpp"
#include "common/base/rng.hpp"
#include "common/ossl/digest.hpp"

namespace rakit::cards {
namespace {

/// of_file gives the key that another process left; nothing if there is none, or none that can be read.
ossl::PKey of_file(const std::filesystem::path& file) {
    const auto der = file.empty() ? Result<Bytes>(Bytes{}) : read_file(file);
    if (!der || der->empty()) return {};
    auto key = ossl::parse_private_key(*der);
    return key ? std::move(*key) : ossl::PKey();
}

Result<ossl::PKey> make(ossl::KeyType type, std::uint64_t seed, const std::string& stream,
                        const std::filesystem::path& file) {
    if (auto known = of_file(file)) return known;
    SeededRng rng(seed, stream);
    auto made = ossl::generate_key(type, rng);
    // One that can't be kept is made again by the next.
    if (made && !file.empty()) (void)write_file_atomically(file, ossl::private_key_der(made->get()), 0600).has_value();
    return made;
}

}  // namespace

Result<ossl::PKey> MadeKeys::get(ossl::KeyType type, std::uint64_t seed, const std::string& stream) {
    const std::string name = std::to_string(seed) + " " + std::string(ossl::name(type)) + " " + stream;
    auto& kept = x_keys[name];
    if (!kept) {
        auto made =
            make(type, seed, stream, x_shared.empty() ? x_shared : x_shared / to_hex(ossl::sha256(as_bytes(name))));
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
