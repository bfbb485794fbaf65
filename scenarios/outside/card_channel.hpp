#pragma once

#include <functional>

#include "common/iso7816/apdu.hpp"

namespace rakit::scenarios {

/// Transmit carries a command APDU to a card and gives its answer back, as both are on the wire.
using Transmit = std::function<Result<Bytes>(ByteView command)>;

/// CardChannel asks a card for what it holds. Short APDUs only: each card takes them.
class CardChannel {
public:
    explicit CardChannel(Transmit transmit) : x_transmit(std::move(transmit)) {}

    /// send gives the whole answer: the rest of one that didn't fit is fetched (ISO/IEC 7816-4 section 7.6.1), a wrong
    /// Le is put right. Failures: Transmit's, card_removed.
    Result<iso7816::ResponseApdu> send(iso7816::CommandApdu command) const;
    /// get asks without data, for up to 256 octets.
    Result<iso7816::ResponseApdu> get(std::uint8_t ins, std::uint8_t p1, std::uint8_t p2) const {
        return send({0x00, ins, p1, p2, {}, kLongest});
    }
    /// tries_left asks by an empty VERIFY how many tries a PIN has (ISO/IEC 7816-4 section 7.5.6); nothing: there is
    /// no such PIN; kVerified: it is verified now, and the card doesn't say.
    Result<std::optional<int>> tries_left(std::uint8_t reference) const;

    static constexpr int kVerified = -1;
    static constexpr std::size_t kLongest = 256;

private:
    Transmit x_transmit;
};

/// public_key_of makes a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) of an RSA key's numbers, unsigned, or of a
/// point of P-256, P-384 or P-521; empty where that isn't one.
Bytes public_key_of(ByteView modulus, ByteView exponent);
Bytes public_key_of(ByteView point);

}  // namespace rakit::scenarios
