#pragma once

#include <array>
#include <cstdint>

#include "virtual_cards/os/file_system.hpp"
#include "virtual_cards/os/pin_store.hpp"

namespace rakit::cards::pkcs15 {

/// State is what survives power-off.
struct State {
    std::array<std::uint8_t, 10> serial{};
    std::array<std::uint8_t, 3> firmware{4, 5, 5};  ///< 4.5: OpenSC uses command chaining
    std::uint64_t seed = 1;                         ///< of GET CHALLENGE and GENERATE
    std::uint16_t change_counter = 0;
    WeakRsa weak_rsa = WeakRsa::no;
    bool activated = false;  ///< false: creation state, no access rule is looked at
    FileSystem files;
    PinStore pins;
};

/// kAid is the PKCS#15 application (ISO/IEC 7816-15 section 7.5.2).
inline constexpr std::uint8_t kAid[] = {0xA0, 0, 0, 0, 0x63, 'P', 'K', 'C', 'S', '-', '1', '5'};

}  // namespace rakit::cards::pkcs15
