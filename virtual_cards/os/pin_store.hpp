#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "common/base/secret.hpp"
#include "common/iso7816/status_word.hpp"

namespace rakit::cards {

/// PinObject is a PIN with its PUK as the card keeps them: eight octets, padded with FF.
struct PinObject {
    static constexpr std::size_t kSize = 8;
    std::uint8_t reference = 0;
    SecretBytes value;
    SecretBytes puk;
    std::uint8_t tries = 3, max_tries = 3;
    std::uint8_t puk_tries = 10, max_puk_tries = 10;
    std::uint8_t flags = 0;
};

/// PinStore holds a card's PINs and which of them are verified in this session. Access nibbles are answered here.
class PinStore {
public:
    const std::vector<PinObject>& pins() const { return x_pins; }
    const PinObject* find(std::uint8_t reference) const;
    /// put adds a PIN or replaces the one with its reference; it is not verified then.
    void put(PinObject pin);
    void clear();

    /// reset forgets what is verified; 0 forgets all, else one reference.
    void reset(std::uint8_t reference = 0);
    /// query is VERIFY without data: 9000 if verified, 63Cx tries left, 6983 blocked, 6A88 unknown.
    iso7816::StatusWord query(std::uint8_t reference) const;
    /// verify compares (ISO/IEC 7816-4 section 7.5.6): 9000, 63Cx, 6983, 6A88.
    iso7816::StatusWord verify(std::uint8_t reference, ByteView value);
    /// change compares the old value as verify does and sets the new one.
    iso7816::StatusWord change(std::uint8_t reference, ByteView old_value, ByteView new_value);
    /// unblock compares the PUK with its own counter, sets the new value and its tries.
    iso7816::StatusWord unblock(std::uint8_t reference, ByteView puk, ByteView new_value);

    /// allows answers an access nibble: 0 always, 15 never, else whether that PIN is verified.
    bool allows(std::uint8_t nibble) const;
    /// fresh tells whether the PIN was verified since the last use of a key that wants it before every use.
    bool fresh(std::uint8_t reference) const { return (x_fresh >> reference & 1U) != 0; }
    void use_up(std::uint8_t reference);

private:
    PinObject* mutable_find(std::uint8_t reference);

    std::vector<PinObject> x_pins;
    std::uint16_t x_verified = 0;  ///< bit = reference
    std::uint16_t x_fresh = 0;
};

}  // namespace rakit::cards
