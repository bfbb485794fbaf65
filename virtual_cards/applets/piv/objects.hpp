#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/base/bytes.hpp"

namespace rakit::cards::piv {

struct State;

/// Data objects by their BER-TLV tags (NIST SP 800-73-4 part 1 table 3).
inline constexpr std::uint32_t kDiscovery = 0x7E, kBiometricGroup = 0x7F61, kCcc = 0x5FC107, kChuid = 0x5FC102,
                               kKeyHistory = 0x5FC10C, kAttestationCertificate = 0x5FFF01;

/// ObjectRow says what the card knows of a data object.
struct ObjectRow {
    std::uint32_t tag;
    std::string_view name;
    bool wants_pin;  ///< GET DATA needs the PIN
};

/// object_row finds an object that PUT DATA may write; null for other tags. The retired certificates 5FC10D to 5FC120
/// and YubiKey's own 5FFF00 to 5FFF1F are among them.
const ObjectRow* object_row(std::uint32_t tag);

/// certificate_tag gives the object of a slot's certificate; nothing for other references.
std::optional<std::uint32_t> certificate_tag(std::uint8_t slot);

/// object_cost is the memory that an object takes, in octets.
constexpr std::size_t object_cost(std::size_t size) { return size + 8; }

/// certificate_object wraps a certificate (part 1 table 10): 70 certificate, 71 00 uncompressed, FE empty.
Bytes certificate_object(ByteView certificate);

/// certificate_in unwraps it; nothing if there is none or it is compressed.
std::optional<Bytes> certificate_in(ByteView object);

/// chuid_object makes a card holder unique identifier (part 1 table 9) with this GUID, the FASC-N of a card outside
/// the federal government and an empty signature.
Bytes chuid_object(ByteView guid);

/// guid_in gives the GUID of a CHUID, 16 octets.
std::optional<Bytes> guid_in(ByteView chuid);

/// with_other_guid gives a CHUID with the last octet of its GUID inverted; one without a GUID as it is.
Bytes with_other_guid(ByteView chuid);

/// ccc_object makes a card capability container (part 1 table 8) with this identifier of the card.
Bytes ccc_object(ByteView card_identifier);

/// key_history_object makes a key history (part 1 table 15): so many retired keys have their certificate on the card.
Bytes key_history_object(std::size_t on_card);

/// discovery_object is the whole 7E (part 1 table 18), told from the card's PINs.
Bytes discovery_object(const State& state);

}  // namespace rakit::cards::piv
