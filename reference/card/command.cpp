#include "reference/card/command.hpp"

#include <utility>

namespace rakit::reference {
namespace {

namespace sw = iso7816::sw;

/// reads tells SELECT, READ BINARY and both forms of GET DATA from what writes or uses a key.
bool reads(std::uint8_t ins) { return ins == 0xA4 || ins == 0xB0 || ins == 0xCA || ins == 0xCB; }

/// says_nothing_of_content tells whether a status word refuses a reading for the card's own state - memory that fails,
/// an error without a name, a selection that a reset took away - and not for what it holds (ISO 7816-4 section 5.6).
/// What is there is unknown then: to go on as if it weren't there replaces the wrong certificate.
bool says_nothing_of_content(iso7816::StatusWord status) {
    constexpr std::uint8_t kExecution = 0x64, kMemory = 0x65, kSecurityModule = 0x66, kNoDiagnosis = 0x6F;
    const auto sw1 = status.sw1();
    return sw1 == kExecution || sw1 == kMemory || sw1 == kSecurityModule || sw1 == kNoDiagnosis ||
           status == iso7816::StatusWord(0x6986);
}

}  // namespace

iso7816::CommandApdu command(std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, Bytes data, std::size_t ne) {
    iso7816::CommandApdu apdu;
    apdu.ins = ins;
    apdu.p1 = p1;
    apdu.p2 = p2;
    apdu.data = std::move(data);
    apdu.ne = ne;
    return apdu;
}

Unexpected refused(std::uint8_t ins, iso7816::StatusWord status, const std::string& what, const char* missing) {
    const std::string where = "INS " + to_hex(Bytes{ins}) + " SW " + iso7816::to_string(status);
    const auto code = reads(ins) ? ErrorCode::card_content_invalid : ErrorCode::card_write_failed;
    if (status == sw::kAuthenticationBlocked) return fail(ErrorCode::pin_blocked, what + ": the PIN is blocked", where);
    if (status == sw::kNotEnoughMemory) return fail(ErrorCode::card_full, what + ": no space is left", where);
    if (status == sw::kSecurityStatusNotSatisfied) return fail(code, what + ": the card wants " + missing, where);
    if (reads(ins) && says_nothing_of_content(status))
        return fail(ErrorCode::io_failed, what + ": the card failed at reading", where,
                    "take the card out, insert it again and start again");
    if (reads(ins) && status == sw::kFileNotFound) return fail(code, what + " is not on the card", where);
    return fail(code, what + ": the card refused", where);
}

}  // namespace rakit::reference
