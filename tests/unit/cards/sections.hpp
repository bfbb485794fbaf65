#pragma once

#include <map>
#include <string>
#include <string_view>

namespace rakit::cards::test {

/// section_of tells where the command of a row (hex) is defined, for a card of a family ("pkcs15", "piv", "tester");
/// empty if the family has no such instruction octet, so that 6D00 is the only right answer.
///
/// Numbers are those of ISO/IEC 7816-4:2005 and SP 800-73-4 part 2; MyEID's and libykpiv's own commands go by their
/// names.
inline std::string section_of(std::string_view family, std::string_view command) {
    using Sections = std::map<std::string, std::string, std::less<>>;
    static const Sections kPkcs15{
        {"A4", "ISO/IEC 7816-4 7.1.1 SELECT"},
        {"B0", "ISO/IEC 7816-4 7.2.3 READ BINARY"},
        {"D6", "ISO/IEC 7816-4 7.2.5 UPDATE BINARY"},
        {"CA", "ISO/IEC 7816-4 7.4.2 GET DATA; MyEID manual, GET DATA"},
        {"DA", "ISO/IEC 7816-4 7.4.3 PUT DATA; MyEID manual, PUT DATA"},
        {"84", "ISO/IEC 7816-4 7.5.3 GET CHALLENGE"},
        {"20", "ISO/IEC 7816-4 7.5.6 VERIFY"},
        {"24", "ISO/IEC 7816-4 7.5.7 CHANGE REFERENCE DATA"},
        {"2C", "ISO/IEC 7816-4 7.5.10 RESET RETRY COUNTER"},
        {"22", "ISO/IEC 7816-4 7.5.11 MANAGE SECURITY ENVIRONMENT"},
        {"C0", "ISO/IEC 7816-4 7.6.1 GET RESPONSE"},
        {"46", "ISO/IEC 7816-8 GENERATE ASYMMETRIC KEY PAIR"},
        {"2A", "ISO/IEC 7816-8 PERFORM SECURITY OPERATION"},
        {"86", "ISO/IEC 7816-4 7.5.5 GENERAL AUTHENTICATE; MyEID manual, ECDH"},
        {"E0", "ISO/IEC 7816-9 CREATE FILE"},
        {"E4", "ISO/IEC 7816-9 DELETE FILE"},
        {"44", "ISO/IEC 7816-9 ACTIVATE FILE; MyEID manual, ACTIVATE APPLET"},
        {"2E", "MyEID manual, DEAUTHENTICATE"},
    };
    static const Sections kPiv{
        {"A4", "SP 800-73-4 part 2, 3.1.1 SELECT"},
        {"CB", "SP 800-73-4 part 2, 3.1.2 GET DATA"},
        {"20", "SP 800-73-4 part 2, 3.2.1 VERIFY"},
        {"24", "SP 800-73-4 part 2, 3.2.2 CHANGE REFERENCE DATA"},
        {"2C", "SP 800-73-4 part 2, 3.2.3 RESET RETRY COUNTER"},
        {"87", "SP 800-73-4 part 2, 3.2.4 GENERAL AUTHENTICATE"},
        {"DB", "SP 800-73-4 part 2, 3.3.1 PUT DATA"},
        {"47", "SP 800-73-4 part 2, 3.3.2 GENERATE ASYMMETRIC KEY PAIR"},
        {"C0", "ISO/IEC 7816-4 7.6.1 GET RESPONSE"},
        {"F7", "libykpiv, GET METADATA"},
        {"F8", "libykpiv, GET SERIAL"},
        {"F9", "libykpiv, ATTEST"},
        {"FA", "libykpiv, SET PIN RETRIES"},
        {"FB", "libykpiv, RESET"},
        {"FD", "libykpiv, GET VERSION"},
        {"FE", "libykpiv, IMPORT ASYMMETRIC KEY"},
        {"FF", "libykpiv, SET MANAGEMENT KEY"},
    };
    // CLA 00, but for VERIFY's namesake of HandlerTest's; the rest is CLA 80.
    static const Sections kTesterIso{
        {"A4", "ISO/IEC 7816-4 7.1.1 SELECT"},
        {"20", "ISO/IEC 7816-4 7.5.6 VERIFY; tester-card.md, PIN"},
        {"2C", "ISO/IEC 7816-4 7.5.10 RESET RETRY COUNTER; tester-card.md, PIN"},
        {"C0", "ISO/IEC 7816-4 7.6.1 GET RESPONSE"},
    };
    static constexpr std::string_view kHandlerTest = "30 32 21 3A 34 22 3C 36 23 3E 38 20 40 00 12 C0";
    static constexpr std::string_view kOwn = "50 52 54 56 58 5A";
    const auto ins = command.substr(2, 2);
    const auto look_up = [&](const Sections& sections) {
        const auto found = sections.find(ins);
        return found == sections.end() ? std::string() : found->second;
    };
    if (family == "pkcs15") return look_up(kPkcs15);
    if (family == "piv") return look_up(kPiv);
    if (command.substr(0, 2) == "00") return look_up(kTesterIso);
    if (kHandlerTest.find(ins) != std::string_view::npos)
        return "tester-card.md, HandlerTest's commands, " + std::string(ins);
    if (kOwn.find(ins) != std::string_view::npos) return "tester-card.md, own commands, " + std::string(ins);
    return {};
}

}  // namespace rakit::cards::test
