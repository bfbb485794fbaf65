#include "reference/card/command.hpp"

#include <utility>

namespace rakit::reference {

iso7816::CommandApdu command(std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, Bytes data, std::size_t ne) {
    iso7816::CommandApdu apdu;
    apdu.ins = ins;
    apdu.p1 = p1;
    apdu.p2 = p2;
    apdu.data = std::move(data);
    apdu.ne = ne;
    return apdu;
}

}  // namespace rakit::reference
