#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "common/ossl/keys.hpp"
#include "virtual_cards/images/image.hpp"

namespace rakit::cards {

/// MadeKeys keeps the key pairs of cards by what they were made from. Who makes many cards alike has it, because an
/// RSA key costs more than all else about a card.
class MadeKeys {
public:
    /// `shared` is an existing folder in which processes that make the same cards leave the keys for each other; empty:
    /// none. It is to be removed with the run: a key belongs to the program that made it.
    explicit MadeKeys(std::filesystem::path shared = {}) : x_shared(std::move(shared)) {}
    /// get gives the key pair that generate_key makes from SeededRng(seed, stream). Failure: crypto_failed.
    Result<ossl::PKey> get(ossl::KeyType type, std::uint64_t seed, const std::string& stream);

private:
    std::filesystem::path x_shared;
    std::map<std::string, ossl::PKey> x_keys;
};

/// card_key is such a key pair, from the wish's store if it has one.
Result<ossl::PKey> card_key(const ImageWish& wish, ossl::KeyType type, const std::string& stream);

}  // namespace rakit::cards
