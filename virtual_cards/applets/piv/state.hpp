#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "common/base/secret.hpp"
#include "virtual_cards/applets/piv/algorithm.hpp"
#include "virtual_cards/os/key_object.hpp"

namespace rakit::cards::piv {

/// kAid is the PIV card application, version 1.0 (NIST SP 800-73-4 part 1 section 2.2).
inline constexpr std::uint8_t kAid[] = {0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00};

/// Key references (SP 800-73-4 part 1 table 4; F9 is YubiKey's).
inline constexpr std::uint8_t kGlobalPin = 0x00, kPin = 0x80, kPuk = 0x81, kAuthentication = 0x9A,
                              kManagementKey = 0x9B, kSignature = 0x9C, kKeyManagement = 0x9D,
                              kCardAuthentication = 0x9E, kFirstRetired = 0x82, kLastRetired = 0x95,
                              kAttestation = 0xF9;

/// is_key_slot tells whether a reference names an asymmetric key that can sign or agree.
constexpr bool is_key_slot(std::uint8_t reference) {
    return reference == kAuthentication || reference == kSignature || reference == kKeyManagement ||
           reference == kCardAuthentication || (reference >= kFirstRetired && reference <= kLastRetired);
}

/// ReferenceData is a PIN or a PUK: eight octets, a PIN padded with FF (SP 800-73-4 part 2 section 2.4.3).
struct ReferenceData {
    static constexpr std::size_t kSize = 8;
    SecretBytes value;
    std::uint8_t tries = 3, max_tries = 3;
};

/// PinPolicy says when a key wants a PIN; TouchPolicy is kept and told, nobody is there to touch. Their values are
/// YubiKey's.
enum class PinPolicy : std::uint8_t { never = 1, once = 2, always = 3 };
enum class TouchPolicy : std::uint8_t { never = 1, always = 2, cached = 3 };

/// default_pin_policy is a slot's own (SP 800-73-4 part 1 table 4): 9C before every use, 9E never, else once.
constexpr PinPolicy default_pin_policy(std::uint8_t slot) {
    return slot == kSignature ? PinPolicy::always : slot == kCardAuthentication ? PinPolicy::never : PinPolicy::once;
}

/// SlotKey is a private key in a slot.
struct SlotKey {
    KeyObject key;
    Algorithm algorithm = Algorithm::rsa2048;
    PinPolicy pin_policy = PinPolicy::once;
    TouchPolicy touch_policy = TouchPolicy::never;
    bool generated = true;  ///< on the card; false: imported, which attestation refuses
};

/// ManagementKey is the card management key 9B.
struct ManagementKey {
    Algorithm algorithm = Algorithm::tdes;
    SecretBytes value;
    TouchPolicy touch_policy = TouchPolicy::never;
};

using Firmware = std::array<std::uint8_t, 3>;

/// The first firmware with a vendor command, as libykpiv expects it.
inline constexpr Firmware kWithAttestation{4, 3, 0}, kWithSerial{5, 0, 0}, kWithMetadata{5, 3, 0}, kWithAes{5, 4, 2};

inline constexpr Firmware kDefaultFirmware{5, 4, 3};
/// kDefaultMemory is what the data objects may take together, in octets.
inline constexpr std::size_t kDefaultMemory = 51200;

/// State is what survives power-off.
struct State {
    State();

    std::array<std::uint8_t, 16> guid{};  ///< as made; the card's serial number is the CHUID's while there is one
    std::uint32_t device_serial = 0;      ///< YubiKey's, command F8
    Firmware firmware = kDefaultFirmware;
    std::uint64_t seed = 1;     ///< of challenges and GENERATE
    std::uint32_t counter = 0;  ///< keys generated so far: no two are alike
    std::size_t memory = kDefaultMemory;
    std::map<std::uint8_t, ReferenceData> pins;  ///< 80, 81, and 00 if the card has a global PIN
    ManagementKey management;
    std::map<std::uint8_t, SlotKey> keys;
    std::map<std::uint32_t, Bytes> objects;  ///< by tag; what stands in the container 53

    /// free_memory tells how many octets are left for data objects.
    std::size_t free_memory() const;
};

/// default_value gives a PIN's or PUK's factory value: 123456 and 12345678.
SecretBytes default_value(std::uint8_t reference);

/// default_management_key is 3DES 0102030405060708 three times.
ManagementKey default_management_key();

}  // namespace rakit::cards::piv
