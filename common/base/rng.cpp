#include "common/base/rng.hpp"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstdlib>

namespace rakit {
namespace {

void append_u64(Bytes& bytes, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

}  // namespace

void SystemRng::fill(std::uint8_t* to, std::size_t size) {
    if (RAND_bytes(to, static_cast<int>(size)) != 1) std::abort();
}

SeededRng::SeededRng(std::uint64_t seed, std::string_view label) : x_prefix(label.begin(), label.end()) {
    x_prefix.push_back(0);
    append_u64(x_prefix, seed);
}

void SeededRng::fill(std::uint8_t* to, std::size_t size) {
    while (size > 0) {
        if (x_block.empty()) {
            Bytes input = x_prefix;
            append_u64(input, x_counter++);
            x_block.resize(SHA256_DIGEST_LENGTH);
            SHA256(input.data(), input.size(), x_block.data());
        }
        const std::size_t n = std::min(size, x_block.size());
        std::copy_n(x_block.begin(), n, to);
        x_block.erase(x_block.begin(), x_block.begin() + static_cast<std::ptrdiff_t>(n));
        to += n;
        size -= n;
    }
}

}  // namespace rakit
