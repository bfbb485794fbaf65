#include <algorithm>

#include "common/ossl/digest.hpp"
#include "reference/card/card_crypto.hpp"
#include "reference/card/profiles/pkcs15/files.hpp"
#include "reference/card/profiles/pkcs15/profile.hpp"

// What is done with PINs and keys.
namespace rakit::reference::pkcs15 {
namespace {

namespace sw = iso7816::sw;

constexpr std::uint8_t kVerify = 0x20;
constexpr std::uint8_t kRsaPkcs1 = 0x02;  // the card pads a DigestInfo
constexpr std::uint8_t kEcdsa = 0x04;     // the card signs a hash
constexpr std::uint8_t kEcdh = 0x04;
constexpr std::uint8_t kForSignature = 0xB6, kForDecipherment = 0xB8, kForAgreement = 0xA4;
constexpr std::size_t kShortNe = 256;

std::string of(const PinState& pin) { return pin.label.empty() ? "PIN " + pin.id : pin.label; }

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
    if (value.size() < pin.min_length || value.size() > pin.max_length)
        return fail(ErrorCode::pin_malformed, of(pin) + " has " + std::to_string(pin.min_length) + " to " +
                                                  std::to_string(pin.max_length) + " characters");
    // FF is the padding: four of them would be no PIN at all, and cost a try.
    const auto untypable = [](std::uint8_t octet) { return octet < 0x20 || octet == 0x7F || octet == 0xFF; };
    if (std::ranges::any_of(value.digits(), untypable))
        return fail(ErrorCode::pin_malformed, of(pin) + " has characters that no keyboard gives");
    auto verify = command(kVerify, 0x00, pin.reference, Bytes(std::max(pin.stored_length, value.size()), pin.pad));
    std::ranges::copy(value.digits(), verify.data.begin());
    auto response = card.send(verify);
    wipe(verify.data.data(), verify.data.size());
    if (!response) return fail(std::move(response).error().in(of(pin)));
    const auto status = response->sw;
    const std::string where = "INS 20 SW " + iso7816::to_string(status);
    if (status.ok()) return {};
    if (status == sw::kAuthenticationBlocked || status == sw::kReferenceDataNotUsable || status.tries_left() == 0)
        return fail(ErrorCode::pin_blocked, of(pin) + " is blocked: 0 tries left", where);
    if (const auto left = status.tries_left())
        return fail(ErrorCode::pin_wrong, std::to_string(*left) + (*left == 1 ? " try left" : " tries left"), where);
    if (status == iso7816::StatusWord(0x6300)) return fail(ErrorCode::pin_wrong, of(pin) + " is wrong", where);
    return refused(verify, status, of(pin));
}

Result<std::optional<int>> Profile::tries_left(ApduChannel& card, const PinState& pin) const {
    auto response = card.send(command(kVerify, 0x00, pin.reference));
    if (!response) return fail(std::move(response).error().in(of(pin)));
    if (response->sw == sw::kAuthenticationBlocked) return std::optional<int>(0);
    return response->sw.tries_left();
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
