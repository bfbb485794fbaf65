#include <algorithm>

#include "common/ossl/digest.hpp"
#include "reference/card/profiles/pkcs15/files.hpp"
#include "reference/card/profiles/pkcs15/profile.hpp"

// What is done with PINs and keys.
namespace rakit::reference::pkcs15 {
namespace {

namespace sw = iso7816::sw;

constexpr std::uint8_t kVerify = 0x20;
constexpr std::uint8_t kRsaPkcs1 = 0x02;  // the card pads a DigestInfo
constexpr std::uint8_t kEcdsa = 0x04;     // the card signs a hash

/// DigestInfo of SHA-256 up to the hash (RFC 8017 section 9.2, note 1).
const Bytes kSha256DigestInfo = *from_hex("3031300D060960864801650304020105000420");

bool elliptic(ossl::KeyType type) {
    return type == ossl::KeyType::ec_p256 || type == ossl::KeyType::ec_p384 || type == ossl::KeyType::ec_p521;
}

Bytes unsigned_integer(ByteView magnitude) {
    const auto first = std::ranges::find_if(magnitude, [](std::uint8_t octet) { return octet != 0; });
    Bytes value(first, magnitude.end());
    if (value.empty() || (value[0] & 0x80) != 0) value.insert(value.begin(), 0x00);
    return value;
}

/// ecdsa_der takes a signature as SEQUENCE or as r and s side by side.
Result<Bytes> ecdsa_der(Bytes signature) {
    iso7816::TlvReader reader(signature);
    const auto sequence = reader.read(0x30);
    if (sequence && reader.at_end()) {
        iso7816::TlvReader numbers(sequence->value);
        if (numbers.read(0x02) && numbers.read(0x02) && numbers.at_end()) return signature;
    }
    if (signature.empty() || signature.size() % 2 != 0)
        return fail(ErrorCode::card_content_invalid,
                    "the card gave an ECDSA signature of " + std::to_string(signature.size()) + " octets");
    const ByteView raw = signature;
    iso7816::TlvWriter writer;
    writer.nest(0x30, [&](iso7816::TlvWriter& pair) {
        pair.put(0x02, unsigned_integer(raw.first(raw.size() / 2)));
        pair.put(0x02, unsigned_integer(raw.last(raw.size() / 2)));
    });
    return std::move(writer).bytes();
}

std::string of(const PinState& pin) { return pin.label.empty() ? "PIN " + pin.id : pin.label; }

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
    const auto path = from_hex(key.path);
    if (!path || path->size() < 2) return fail(ErrorCode::key_unknown, "key " + key.id + " has no file");
    Files files(card);
    auto selected = files.select(*path);
    if (!selected) return fail(std::move(selected).error().in("key " + key.id));
    const bool ec = elliptic(key.type);
    // MANAGE SECURITY ENVIRONMENT, SET for signature (ISO/IEC 7816-4 section 7.5.11): algorithm, file, key in the file.
    // A file holds one key, number 0; the directory's keyReference counts the keys of the card.
    const Bytes environment{
        0x80, 0x01, ec ? kEcdsa : kRsaPkcs1, 0x81, 0x02, (*path)[path->size() - 2], path->back(), 0x84, 0x01, 0x00};
    auto set = files.send(command(0x22, 0x41, 0xB6, environment), "key " + key.id);
    if (!set) return fail(set.error());
    const Bytes hash = ossl::sha256(message);
    auto signature = files.send(command(0x2A, 0x9E, 0x9A, ec ? hash : concat({kSha256DigestInfo, hash}), 256),
                                "signing with key " + key.id);
    if (!signature) return fail(signature.error());
    return ec ? ecdsa_der(std::move(*signature)) : std::move(signature);
}

}  // namespace rakit::reference::pkcs15
