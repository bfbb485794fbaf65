#include "reference/cm/der.hpp"

#include "common/iso7816/tlv.hpp"

namespace rakit::reference::der {

Bytes encode_integer(std::int64_t value) {
    Bytes octets(8);
    for (std::size_t i = 0; i < octets.size(); ++i)
        octets[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (56 - 8 * i));
    // DER: the first nine bits are neither all zero nor all one.
    std::size_t skip = 0;
    const auto redundant = [&](std::size_t i) {
        return (octets[i] == 0x00 && (octets[i + 1] & 0x80) == 0) || (octets[i] == 0xFF && (octets[i + 1] & 0x80) != 0);
    };
    while (skip + 1 < octets.size() && redundant(skip)) ++skip;
    return iso7816::TlvWriter().put(kInteger, ByteView(octets).subspan(skip)).bytes();
}

Bytes encode_magnitude(ByteView magnitude) {
    while (magnitude.size() > 1 && magnitude[0] == 0) magnitude = magnitude.subspan(1);
    Bytes octets;
    if (magnitude.empty() || (magnitude[0] & 0x80) != 0) octets.push_back(0);
    append(octets, magnitude);
    return iso7816::TlvWriter().put(kInteger, octets).bytes();
}

}  // namespace rakit::reference::der
