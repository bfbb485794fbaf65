#include "reference/card/card_crypto.hpp"

#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "common/ossl/digest.hpp"

namespace rakit::reference {
namespace {

constexpr std::size_t kLeastPadding = 8;  // random octets, RFC 8017 section 7.2.1

/// DigestInfo of SHA-256 up to the hash (RFC 8017 section 9.2, note 1).
const Bytes kSha256DigestInfo = *from_hex("3031300D060960864801650304020105000420");

Bytes unsigned_integer(ByteView magnitude) {
    const auto first = std::ranges::find_if(magnitude, [](std::uint8_t octet) { return octet != 0; });
    Bytes value(first, magnitude.end());
    if (value.empty() || (value[0] & 0x80) != 0) value.insert(value.begin(), 0x00);
    return value;
}

}  // namespace

bool elliptic(ossl::KeyType type) {
    return type == ossl::KeyType::ec_p256 || type == ossl::KeyType::ec_p384 || type == ossl::KeyType::ec_p521;
}

Bytes sha256_digest_info(ByteView message) { return concat({kSha256DigestInfo, ossl::sha256(message)}); }

Bytes pad_for_signature(ByteView digest_info, std::size_t size) {
    Bytes block(size - digest_info.size(), 0xFF);
    block.front() = 0x00;
    block[1] = 0x01;
    block.back() = 0x00;
    append(block, digest_info);
    return block;
}

std::optional<SecretBytes> strip_padding(ByteView block) {
    if (block.size() < kLeastPadding + 3 || block[0] != 0x00 || block[1] != 0x02) return std::nullopt;
    const auto zero = std::find(block.begin() + 2, block.end(), 0x00);
    if (zero == block.end() || zero - block.begin() < static_cast<std::ptrdiff_t>(kLeastPadding + 2))
        return std::nullopt;
    return SecretBytes(zero + 1, block.end());
}

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

SecretBytes secret(Bytes octets) {
    SecretBytes kept(octets.begin(), octets.end());
    wipe(octets.data(), octets.size());
    return kept;
}

}  // namespace rakit::reference
