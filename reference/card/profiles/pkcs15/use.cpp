#include "common/ossl/digest.hpp"
#include "reference/card/card_crypto.hpp"
#include "reference/card/card_pins.hpp"
#include "reference/card/profiles/pkcs15/files.hpp"
#include "reference/card/profiles/pkcs15/profile.hpp"

// What is done with PINs and keys.
namespace rakit::reference::pkcs15 {
namespace {

constexpr std::uint8_t kRsaPkcs1 = 0x02;  // the card pads a DigestInfo
constexpr std::uint8_t kEcdsa = 0x04;     // the card signs a hash
constexpr std::uint8_t kEcdh = 0x04;
constexpr std::uint8_t kForSignature = 0xB6, kForDecipherment = 0xB8, kForAgreement = 0xA4;
constexpr std::size_t kShortNe = 256;

/// set_environment says which key is used next, and how (MANAGE SECURITY ENVIRONMENT, SET; ISO/IEC 7816-4 section
/// 7.5.11): algorithm, file, key in the file. A file holds one key, number 0; the directory's keyReference counts the
/// keys of the card.
Result<void> set_environment(Files& files, const KeyLine& key, std::uint8_t purpose, std::uint8_t algorithm) {
    const auto path = from_hex(key.path);
    if (!path || path->size() < 2) return fail(ErrorCode::key_unknown, "key " + key.id + " has no file");
    auto selected = files.select(*path);
    if (!selected) return fail(std::move(selected).error().in("key " + key.id));
    const Bytes environment{0x80,         0x01, algorithm, 0x81, 0x02, (*path)[path->size() - 2],
                            path->back(), 0x84, 0x01,      0x00};
    auto set = files.send(command(0x22, 0x41, purpose, environment), "key " + key.id);
    if (!set) return fail(set.error());
    return {};
}

SecretBytes secret(Bytes octets) {
    SecretBytes kept(octets.begin(), octets.end());
    wipe(octets.data(), octets.size());
    return kept;
}

}  // namespace

Result<void> Profile::verify(ApduChannel& card, const PinState& pin, const Pin& value) const {
    return send_verify(card, pin, value);
}

Result<std::optional<int>> Profile::tries_left(ApduChannel& card, const PinState& pin) const {
    return ask_tries(card, pin);
}

Result<Bytes> Profile::sign(ApduChannel& card, const KeyLine& key, ByteView message) const {
    if (!key.can_sign) return fail(ErrorCode::key_cannot_sign, "key " + key.id + " is not for signing");
    const bool ec = elliptic(key.type);
    Files files(card);
    auto ready = set_environment(files, key, kForSignature, ec ? kEcdsa : kRsaPkcs1);
    if (!ready) return fail(ready.error());
    auto signature =
        files.send(command(0x2A, 0x9E, 0x9A, ec ? ossl::sha256(message) : sha256_digest_info(message), kShortNe),
                   "signing with key " + key.id);
    if (!signature) return fail(signature.error());
    return ec ? ecdsa_der(std::move(*signature)) : std::move(signature);
}

Result<SecretBytes> Profile::decipher(ApduChannel& card, const KeyLine& key, ByteView cryptogram) const {
    if (!key.can_decipher || elliptic(key.type))
        return fail(ErrorCode::key_cannot_sign, "key " + key.id + " is not for deciphering");
    Files files(card);
    auto ready = set_environment(files, key, kForDecipherment, kRsaPkcs1);
    if (!ready) return fail(ready.error());
    // Padding indicator 00: the whole cryptogram follows (ISO/IEC 7816-8 section 11.9).
    auto plain = files.send(command(0x2A, 0x80, 0x86, concat({Bytes{0x00}, cryptogram}), kShortNe),
                            "deciphering with key " + key.id);
    if (!plain) return fail(plain.error());
    return secret(std::move(*plain));
}

Result<SecretBytes> Profile::agree(ApduChannel& card, const KeyLine& key, ByteView point) const {
    if (!key.can_decipher || !elliptic(key.type))
        return fail(ErrorCode::key_cannot_sign, "key " + key.id + " is not for key agreement");
    Files files(card);
    auto ready = set_environment(files, key, kForAgreement, kEcdh);
    if (!ready) return fail(ready.error());
    iso7816::TlvWriter writer;
    writer.nest(0x7C, [&](iso7816::TlvWriter& dynamic) { dynamic.put(0x85, point); });
    auto shared =
        files.send(command(0x86, 0x00, 0x00, std::move(writer).bytes(), kShortNe), "key agreement with key " + key.id);
    if (!shared) return fail(shared.error());
    return secret(std::move(*shared));
}

}  // namespace rakit::reference::pkcs15
