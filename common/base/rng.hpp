#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/bytes.hpp"

namespace rakit {

/// Rng yields random octets; it is passed in, so that a seed repeats a run.
class Rng {
public:
    virtual ~Rng() = default;
    /// fill overwrites `size` octets.
    virtual void fill(std::uint8_t* to, std::size_t size) = 0;
    /// bytes returns `size` fresh octets.
    Bytes bytes(std::size_t size) {
        Bytes octets(size);
        fill(octets.data(), size);
        return octets;
    }
};

/// SystemRng is OpenSSL's generator; it aborts if the machine has no entropy.
class SystemRng final : public Rng {
public:
    void fill(std::uint8_t* to, std::size_t size) override;
};

/// SeededRng repeats: block i is SHA-256(label, 0, seed as 8 octets, i as 8 octets). For tests only, never for real
/// keys.
class SeededRng final : public Rng {
public:
    /// `label` separates streams that share a seed, e.g. "card key 45".
    SeededRng(std::uint64_t seed, std::string_view label);
    void fill(std::uint8_t* to, std::size_t size) override;

private:
    Bytes x_prefix;
    std::uint64_t x_counter = 0;
    Bytes x_block;
};

}  // namespace rakit
