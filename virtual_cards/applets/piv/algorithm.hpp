#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/secret.hpp"
#include "common/ossl/keys.hpp"
#include "virtual_cards/os/latency.hpp"

namespace rakit::cards::piv {

/// Algorithm has the values of NIST SP 800-78-4 table 6-2 (05 from SP 800-78-5).
enum class Algorithm : std::uint8_t {
    tdes = 0x03,
    rsa3072 = 0x05,
    rsa1024 = 0x06,
    rsa2048 = 0x07,
    aes128 = 0x08,
    aes192 = 0x0A,
    aes256 = 0x0C,
    ec_p256 = 0x11,
    ec_p384 = 0x14,
};

/// algorithm_of reads an algorithm reference; 00 is 3DES too. Nothing for what the card has not.
std::optional<Algorithm> algorithm_of(std::uint8_t reference);

/// key_type_of gives an asymmetric algorithm's type of key; nothing for symmetric ones.
std::optional<ossl::KeyType> key_type_of(Algorithm algorithm);

/// algorithm_for is the other way; nothing for keys that PIV has not.
std::optional<Algorithm> algorithm_for(ossl::KeyType type);

bool is_rsa(Algorithm algorithm);

/// octets_of gives the octets of an RSA modulus or of an EC coordinate.
std::size_t octets_of(Algorithm algorithm);

/// work_of tells the latency profile what using or generating such a key is.
KeyOperation work_of(Algorithm algorithm, KeyOperation::Kind kind);

/// Cipher describes a symmetric algorithm: octets of key and block.
struct Cipher {
    Algorithm algorithm;
    std::string_view name;  ///< as images write it
    const char* openssl;
    std::size_t key;
    std::size_t block;
};

/// cipher_of gives nothing for asymmetric algorithms.
const Cipher* cipher_of(Algorithm algorithm);
const Cipher* cipher_named(std::string_view name);

/// encipher_block enciphers one block in ECB mode; empty if key and block don't fit the cipher.
Bytes encipher_block(const Cipher& cipher, ByteView key, ByteView block);

}  // namespace rakit::cards::piv
