#include "scenarios/outside/card_channel.hpp"

#include "common/iso7816/tlv.hpp"
#include "common/ossl/keys.hpp"

namespace rakit::scenarios {
namespace {

using iso7816::TlvWriter;

constexpr std::uint8_t kGetResponse = 0xC0, kVerify = 0x20;

std::size_t wished(std::uint8_t sw2) { return sw2 == 0 ? CardChannel::kLongest : sw2; }

/// whole gives a SubjectPublicKeyInfo as OpenSSL writes it, so that two of one key are the same octets.
Bytes whole(const TlvWriter& algorithm, ByteView key) {
    TlvWriter writer;
    writer.nest(0x30, [&](TlvWriter& info) {
        info.put(0x30, algorithm.bytes()).put(0x03, concat({Bytes{0x00}, key}));
    });
    const auto parsed = ossl::parse_spki(writer.bytes());
    return parsed ? ossl::spki(parsed->get()) : Bytes{};
}

Bytes positive(ByteView number) {
    const bool negative = !number.empty() && (number[0] & 0x80U) != 0;
    return negative ? concat({Bytes{0x00}, number}) : Bytes(number.begin(), number.end());
}

}  // namespace

Result<iso7816::ResponseApdu> CardChannel::send(iso7816::CommandApdu command) const {
    Bytes data;
    for (;;) {
        const auto octets = x_transmit(iso7816::encode(command));
        if (!octets) return Unexpected{Error(octets.error())};
        auto answer = iso7816::parse_response(*octets);
        if (!answer) return answer;
        if (answer->sw.wrong_le() && command.ne != wished(answer->sw.sw2())) {
            command.ne = wished(answer->sw.sw2());
            continue;
        }
        append(data, answer->data);
        if (!answer->sw.more() || data.size() > 0xFFFF) {
            answer->data = std::move(data);
            return answer;
        }
        command = {command.cla, kGetResponse, 0, 0, {}, wished(answer->sw.sw2())};
    }
}

Result<std::optional<int>> CardChannel::tries_left(std::uint8_t reference) const {
    const auto answer = send({0x00, kVerify, 0x00, reference, {}, 0});
    if (!answer) return Unexpected{Error(answer.error())};
    if (answer->sw == iso7816::sw::kAuthenticationBlocked) return std::optional<int>(0);
    if (answer->sw.ok()) return std::optional<int>(kVerified);
    return answer->sw.tries_left();
}

Bytes public_key_of(ByteView modulus, ByteView exponent) {
    TlvWriter algorithm, key;
    algorithm.put(0x06, *from_hex("2A864886F70D010101")).put(0x05, {});  // rsaEncryption
    key.nest(0x30, [&](TlvWriter& pair) { pair.put(0x02, positive(modulus)).put(0x02, positive(exponent)); });
    return whole(algorithm, key.bytes());
}

Bytes public_key_of(ByteView point) {
    Bytes curve;
    if (point.size() == 65) curve = *from_hex("2A8648CE3D030107");
    if (point.size() == 97) curve = *from_hex("2B81040022");
    if (point.size() == 133) curve = *from_hex("2B81040023");
    if (curve.empty()) return {};
    TlvWriter algorithm;
    algorithm.put(0x06, *from_hex("2A8648CE3D0201")).put(0x06, curve);  // id-ecPublicKey
    return whole(algorithm, point);
}

}  // namespace rakit::scenarios
