#include "virtual_cards/applets/piv/algorithm.hpp"

#include <array>

namespace rakit::cards::piv {
namespace {

using ossl::KeyType;

constexpr std::array kAsymmetric{
    std::pair{Algorithm::rsa3072, KeyType::rsa3072}, std::pair{Algorithm::rsa1024, KeyType::rsa1024},
    std::pair{Algorithm::rsa2048, KeyType::rsa2048}, std::pair{Algorithm::ec_p256, KeyType::ec_p256},
    std::pair{Algorithm::ec_p384, KeyType::ec_p384}};

constexpr std::array kCiphers{Cipher{Algorithm::tdes, "3des", "DES-EDE3-ECB", 24, 8},
                              Cipher{Algorithm::aes128, "aes-128", "AES-128-ECB", 16, 16},
                              Cipher{Algorithm::aes192, "aes-192", "AES-192-ECB", 24, 16},
                              Cipher{Algorithm::aes256, "aes-256", "AES-256-ECB", 32, 16}};

using Method = ossl::Handle<EVP_CIPHER, EVP_CIPHER_free>;

}  // namespace

std::optional<Algorithm> algorithm_of(std::uint8_t reference) {
    if (reference == 0) return Algorithm::tdes;
    const auto algorithm = static_cast<Algorithm>(reference);
    if (cipher_of(algorithm) != nullptr || key_type_of(algorithm)) return algorithm;
    return std::nullopt;
}

std::optional<KeyType> key_type_of(Algorithm algorithm) {
    for (const auto& [own, type] : kAsymmetric)
        if (own == algorithm) return type;
    return std::nullopt;
}

std::optional<Algorithm> algorithm_for(KeyType type) {
    for (const auto& [algorithm, own] : kAsymmetric)
        if (own == type) return algorithm;
    return std::nullopt;
}

bool is_rsa(Algorithm algorithm) {
    return algorithm == Algorithm::rsa1024 || algorithm == Algorithm::rsa2048 || algorithm == Algorithm::rsa3072;
}

std::size_t octets_of(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::rsa1024: return 128;
        case Algorithm::rsa2048: return 256;
        case Algorithm::rsa3072: return 384;
        case Algorithm::ec_p256: return 32;
        case Algorithm::ec_p384: return 48;
        default: return 0;
    }
}

KeyOperation work_of(Algorithm algorithm, KeyOperation::Kind kind) {
    return {kind, is_rsa(algorithm), 8 * octets_of(algorithm)};
}

const Cipher* cipher_of(Algorithm algorithm) {
    for (const auto& cipher : kCiphers)
        if (cipher.algorithm == algorithm) return &cipher;
    return nullptr;
}

const Cipher* cipher_named(std::string_view name) {
    for (const auto& cipher : kCiphers)
        if (cipher.name == name) return &cipher;
    return nullptr;
}

Bytes encipher_block(const Cipher& cipher, ByteView key, ByteView block) {
    if (key.size() != cipher.key || block.size() != cipher.block) return {};
    const Method method(EVP_CIPHER_fetch(nullptr, cipher.openssl, nullptr));
    const ossl::CipherContext context(EVP_CIPHER_CTX_new());
    Bytes out(2 * cipher.block);
    int size = 0;
    if (!method || EVP_EncryptInit_ex2(context.get(), method.get(), key.data(), nullptr, nullptr) != 1 ||
        EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
        EVP_EncryptUpdate(context.get(), out.data(), &size, block.data(), static_cast<int>(block.size())) != 1)
        return {};
    out.resize(static_cast<std::size_t>(size));
    return out;
}

}  // namespace rakit::cards::piv
