#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/base/bytes.hpp"

namespace rakit {

/// wipe overwrites memory in a way that no optimiser removes (OPENSSL_cleanse).
void wipe(void* memory, std::size_t size);

/// WipingAllocator clears what it frees.
template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) {}  // NOLINT: allocators convert
    T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
    void deallocate(T* memory, std::size_t n) {
        wipe(memory, n * sizeof(T));
        std::allocator<T>{}.deallocate(memory, n);
    }
    template <class U>
    bool operator==(const WipingAllocator<U>&) const {
        return true;
    }
};

/// SecretBytes are octets that are wiped when freed. Copies are wiped too, but make none without need.
using SecretBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

/// equal_secret compares in a time that depends on the lengths only.
bool equal_secret(ByteView a, ByteView b);

/// Pin is what a holder types: move-only, neither compared nor printed; std::format-like output says `<pin, n digits>`.
class Pin {
public:
    Pin() = default;
    explicit Pin(std::string_view digits) : x_digits(digits.begin(), digits.end()) {}
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    Pin(Pin&&) = default;
    Pin& operator=(Pin&&) = default;
    ~Pin() = default;

    std::size_t size() const { return x_digits.size(); }
    bool empty() const { return x_digits.empty(); }
    /// digits borrows the characters: for the command APDU or the key store that needs them, and nothing else.
    ByteView digits() const { return x_digits; }
    /// clone copies on purpose, so that a copy is seen in review.
    Pin clone() const;

    bool operator==(const Pin&) const = delete;

private:
    SecretBytes x_digits;
};

/// to_string never shows a digit: `<pin, 6 digits>`.
std::string to_string(const Pin& pin);

}  // namespace rakit
