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

bool says_nothing_of_content(iso7816::StatusWord status) {
    constexpr std::uint8_t kExecution = 0x64, kMemory = 0x65, kSecurityModule = 0x66, kNoDiagnosis = 0x6F;
    const auto sw1 = status.sw1();
    return sw1 == kExecution || sw1 == kMemory || sw1 == kSecurityModule || sw1 == kNoDiagnosis ||
           status == iso7816::StatusWord(0x6986);
}

}  // namespace rakit::reference
