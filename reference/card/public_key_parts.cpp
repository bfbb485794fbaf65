#include "reference/card/public_key_parts.hpp"

#include "common/iso7816/tlv.hpp"

namespace rakit::reference {
namespace {

using iso7816::TlvWriter;

const Bytes kRsaEncryption = *from_hex("2A864886F70D010101");
const Bytes kEcPublicKey = *from_hex("2A8648CE3D0201");

Bytes spki(TlvWriter algorithm, ByteView key) {
    TlvWriter writer;
    writer.nest(0x30, [&](TlvWriter& sequence) {
        sequence.put(0x30, algorithm.bytes());
        sequence.put(0x03, concat({Bytes{0x00}, key}));
    });
    return std::move(writer).bytes();
}

Bytes positive(ByteView number) {
    const bool sign_octet = !number.empty() && (number[0] & 0x80) != 0;
    return sign_octet ? concat({Bytes{0x00}, number}) : Bytes(number.begin(), number.end());
}

}  // namespace

Bytes rsa_spki(ByteView rsa_public_key) {
    TlvWriter algorithm;
    algorithm.put(0x06, kRsaEncryption).put(0x05, {});
    return spki(std::move(algorithm), rsa_public_key);
}

Bytes rsa_spki(ByteView modulus, ByteView exponent) {
    TlvWriter key;
    key.nest(0x30, [&](TlvWriter& sequence) { sequence.put(0x02, positive(modulus)).put(0x02, positive(exponent)); });
    return rsa_spki(key.bytes());
}

Bytes ec_spki(ByteView point) {
    Bytes curve;
    if (point.size() == 65) curve = *from_hex("2A8648CE3D030107");
    if (point.size() == 97) curve = *from_hex("2B81040022");
    if (point.size() == 133) curve = *from_hex("2B81040023");
    if (curve.empty() || point[0] != 0x04) return {};
    TlvWriter algorithm;
    algorithm.put(0x06, kEcPublicKey).put(0x06, curve);
    return spki(std::move(algorithm), point);
}

}  // namespace rakit::reference
