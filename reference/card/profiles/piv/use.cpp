#include <algorithm>

#include "common/ossl/digest.hpp"
#include "reference/card/card_crypto.hpp"
#include "reference/card/card_pins.hpp"
#include "reference/card/profiles/piv/commands.hpp"
#include "reference/card/profiles/piv/profile.hpp"

// What is done with the PIN, the management key and the keys.
namespace rakit::reference::piv {
namespace {

/// Used is how a key line is addressed.
struct Used {
    std::uint8_t slot = 0;
    const Algorithm* algorithm = nullptr;
};

Result<Used> used(const KeyLine& key) {
    const auto* slot = slot_named(key.id);
    const auto* algorithm = algorithm_of(key.type);
    if (slot == nullptr || algorithm == nullptr)
        return fail(ErrorCode::key_unknown,
                    "PIV has no key " + key.id + " of type " + std::string(ossl::name(key.type)));
    return Used{slot->key, algorithm};
}

Unexpected not_for(const KeyLine& key, const char* what) {
    return fail(ErrorCode::key_cannot_sign, "key " + key.id + " is not for " + what);
}

/// leading_zeros brings a number to the size that the card wants; its value stays.
Bytes leading_zeros(ByteView number, std::size_t size) {
    Bytes out(size > number.size() ? size - number.size() : 0, 0x00);
    append(out, number);
    return out;
}

SecretBytes secret(Bytes octets) {
    SecretBytes kept(octets.begin(), octets.end());
    wipe(octets.data(), octets.size());
    return kept;
}

}  // namespace

Result<void> Profile::verify(ApduChannel& card, const PinState& pin, const Pin& value) const {
    return pin.reference == kManagementKey ? authenticate_management(card, value) : send_verify(card, pin, value);
}

Result<std::optional<int>> Profile::tries_left(ApduChannel& card, const PinState& pin) const {
    if (pin.reference == kManagementKey) return std::optional<int>{};
    return ask_tries(card, pin);
}

Result<Bytes> Profile::sign(ApduChannel& card, const KeyLine& key, ByteView message) const {
    if (!key.can_sign) return not_for(key, "signing");
    const auto use = used(key);
    if (!use) return fail(use.error());
    const bool ec = elliptic(key.type);
    const auto size = use->algorithm->size;
    const Bytes input =
        ec ? leading_zeros(ossl::sha256(message), size) : pad_for_signature(sha256_digest_info(message), size);
    auto signature =
        authenticate(card, use->algorithm->number, use->slot, Dynamic::challenge, input, Dynamic::response);
    if (!signature) return fail(signature.error());
    return ec ? ecdsa_der(std::move(*signature)) : std::move(signature);
}

Result<SecretBytes> Profile::decipher(ApduChannel& card, const KeyLine& key, ByteView cryptogram) const {
    if (!key.can_decipher || elliptic(key.type)) return not_for(key, "deciphering");
    const auto use = used(key);
    if (!use) return fail(use.error());
    // The card does the bare private operation; the padding is the host's.
    auto block = authenticate(card, use->algorithm->number, use->slot, Dynamic::challenge,
                              leading_zeros(cryptogram, use->algorithm->size), Dynamic::response);
    if (!block) return fail(block.error());
    auto plain = strip_padding(*block);
    wipe(block->data(), block->size());
    if (!plain) return fail(ErrorCode::pop_failed, "what key " + key.id + " deciphered has no PKCS#1 padding");
    return *std::move(plain);
}

Result<SecretBytes> Profile::agree(ApduChannel& card, const KeyLine& key, ByteView point) const {
    if (!key.can_decipher || !elliptic(key.type)) return not_for(key, "key agreement");
    const auto use = used(key);
    if (!use) return fail(use.error());
    auto shared =
        authenticate(card, use->algorithm->number, use->slot, Dynamic::exponentiation, point, Dynamic::response);
    if (!shared) return fail(shared.error());
    return secret(std::move(*shared));
}

}  // namespace rakit::reference::piv
