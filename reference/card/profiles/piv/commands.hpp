#pragma once

#include "reference/card/card_profile.hpp"
#include "reference/card/profiles/piv/objects.hpp"

namespace rakit::reference::piv {

/// Dynamic is one field of the Dynamic Authentication Template (SP 800-73-4 part 2 table 7).
enum class Dynamic : std::uint8_t { witness = 0x80, challenge = 0x81, response = 0x82, exponentiation = 0x85 };

/// select makes PIV the current application. Failure: card_unsupported if the card has none.
Result<void> select(ApduChannel& card);

/// get_data reads a data object's content (what is in its `53`; of the discovery object the whole); nothing if the card
/// has no such object, or an empty one.
Result<std::optional<Bytes>> get_data(ApduChannel& card, std::uint32_t object);

/// put_data is the command that replaces an object's content; longer than a short APDU, so it is chained. No content:
/// the object becomes empty.
iso7816::CommandApdu put_data(std::uint32_t object, ByteView content);

/// Metadata is what YubiKey's GET METADATA tells of a key (firmware 5.3 and later).
struct Metadata {
    std::uint8_t algorithm = 0;
    std::optional<PinUse> pin;
    std::optional<Bytes> spki;
};

/// get_metadata asks for a slot's; nothing if the slot is empty or the card has no such command (`supported` tells).
Result<std::optional<Metadata>> get_metadata(ApduChannel& card, std::uint8_t slot, bool& supported);

/// authenticate sends GENERAL AUTHENTICATE with one field (and an empty response wanted, for a key's use) and gives the
/// value of the answer's field `wanted`; empty where there is none.
Result<Bytes> authenticate(ApduChannel& card, std::uint8_t algorithm, std::uint8_t key, Dynamic field, ByteView value,
                           Dynamic wanted);

/// authenticate_management proves the management key to the card (part 2 section 3.2.4, external authentication; SP
/// 800-78-4 table 6-1). `hex` is the key as the officer types it: 32, 48 or 64 digits for AES-128, 3DES or AES-192,
/// AES-256. Failures: pin_malformed (nothing was sent), pin_wrong.
Result<void> authenticate_management(ApduChannel& card, const Pin& hex);

}  // namespace rakit::reference::piv
