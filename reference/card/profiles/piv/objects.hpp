#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/ossl/keys.hpp"
#include "common/x509/certificate.hpp"

/// The PIV application's slots and data objects (NIST SP 800-73-4 part 1) as values, with their codecs.
namespace rakit::reference::piv {

/// kAid is the application's identifier without version (part 1 section 2.2).
inline constexpr std::uint8_t kAid[] = {0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00};

inline constexpr std::uint8_t kPin = 0x80;  ///< the card application's PIN
inline constexpr std::uint8_t kManagementKey = 0x9B;
inline constexpr std::uint32_t kChuid = 0x5FC102;
inline constexpr std::uint32_t kDiscovery = 0x7E;

/// PinUse says when a key wants the PIN.
enum class PinUse { never, once, always };

/// Slot is a key's place and its certificate's data object (part 1 table 3 and 4b).
struct Slot {
    std::uint8_t key = 0;
    std::uint32_t object = 0;
    const char* label = "";
    PinUse pin = PinUse::once;  ///< where the card doesn't tell otherwise
    bool signs = false;         ///< 9D and the retired keys are for key management alone
    const char* usage = "";     ///< RFC 5280's word of a key that signs
};

/// slots lists 9A, 9C, 9D, 9E and the twenty retired ones.
std::span<const Slot> slots();

/// slot_id gives KeyLine::id: "9A".
std::string slot_id(const Slot& slot);

/// place_of gives the data object's tag in hex: "5FC105".
std::string place_of(const Slot& slot);

/// slot_named finds a slot by its id; null if there is none.
const Slot* slot_named(std::string_view id);

/// Algorithm is one of a key's (SP 800-78-4 table 6-2).
struct Algorithm {
    std::uint8_t number = 0;
    ossl::KeyType type = ossl::KeyType::rsa2048;
    std::size_t size = 0;  ///< octets of modulus or field
};

/// algorithm_of finds a key type's algorithm; null if PIV has none.
const Algorithm* algorithm_of(ossl::KeyType type);

/// read_certificate takes the certificate out of a data object's content (part 1 appendix A, table 10): `70` the
/// certificate, gzip-compressed if bit 1 of `71` is set. Failure: card_content_invalid.
Result<x509::Certificate> read_certificate(ByteView content);

/// encode_certificate makes the data object's content, not compressed.
Bytes encode_certificate(const x509::Certificate& certificate);

/// read_guid gives the CHUID's GUID (`34`, part 1 section 3.4.1); where that is all zero, its FASC-N. Upper-case hex.
/// Failure: card_content_invalid.
Result<std::string> read_guid(ByteView chuid);

/// read_metadata_key makes a public key of what YubiKey's GET METADATA holds under `04`: `81` modulus and `82`
/// exponent, or `86` a point. Nothing if it is neither.
std::optional<Bytes> read_metadata_key(ByteView fields);

}  // namespace rakit::reference::piv
