#include "common/iso7816/tlv.hpp"
#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {
namespace {

const std::string kCreate4310 = "00E0000019 6217 80020010 820101 83024310 8603011FFF 85020000 8A0100";
const std::string kSelectCdf = "00A4080C0450154403";

std::string packed(std::string text) {
    std::erase(text, ' ');
    return text;
}

// ISO/IEC 7816-4 sections 7.1.1, 7.2; ISO/IEC 7816-9 sections 7.2, 7.3.
std::vector<Row> rows() {
    const auto create = packed(kCreate4310);
    return {
        {"select the application", {}, "00A404000CA000000063504B43532D313500", "9000"},
        {"select the application without Le", {}, "00A404000CA000000063504B43532D3135", "6127"},
        {"select the application, no answer", {}, kSelectApplication, "9000"},
        {"select another AID", {}, "00A4040005A000000001", "6A82"},
        {"select MF", {}, "00A4000C023F00", "9000"},
        {"select MF without data", {}, "00A4000C", "9000"},
        {"select by path", {}, "00A4080C0450154403", "9000"},
        {"select by path, absent", {}, "00A4080C0450154499", "6A82"},
        {"select by path through a file", {}, "00A4080C06501544034403", "6A82"},
        {"select by path, odd", {}, "00A4080C03501544", "6700"},
        {"select from the current DF", {kSelectApplication}, "00A4090C024403", "9000"},
        {"select by identifier", {kSelectApplication}, "00A4000C024403", "9000"},
        {"select a DF below", {"00A4000C023F00"}, "00A4010C025015", "9000"},
        {"select a DF below that is a file", {kSelectApplication}, "00A4010C024403", "6A82"},
        {"select an EF below", {kSelectApplication}, "00A4020C024403", "9000"},
        {"select the parent", {kSelectApplication}, "00A4030C", "9000"},
        {"select, P1", {}, "00A4050C025015", "6A86"},
        {"select, P2", {}, "00A40001025015", "6A86"},
        {"select, length", {}, "00A4000C03501544", "6700"},
        {"read", {kSelectCdf}, "00B0000002", "9000"},
        {"read without a file", {}, "00B0000002", "6986"},
        {"read a DF", {kSelectApplication}, "00B0000002", "6986"},
        {"read a key", {"00A4080C0450154B01"}, "00B0000002", "6981"},
        {"read behind the end", {kSelectCdf}, "00B0070002", "6B00"},
        {"read at the last octet", {kSelectCdf}, "00B005F900", "009000"},
        {"read by short identifier", {}, "00B0810002", "6A81"},
        {"read without Le", {kSelectCdf}, "00B00000", "6700"},
        {"update without the PIN", {kSelectCdf}, "00D600000130", "6982"},
        {"update with another PIN", {kVerifyPin2, kSelectCdf}, "00D600000130", "6982"},
        {"update", {kVerifyPin1, kSelectCdf}, "00D600000130", "9000"},
        {"update past the end", {kVerifyPin1, kSelectCdf}, "00D605F9023030", "6B00"},
        {"update nothing", {kVerifyPin1, kSelectCdf}, "00D60000", "6700"},
        {"update without a file", {kVerifyPin1}, "00D600000130", "6986"},
        {"update a key", {kVerifyPin1, "00A4080C0450154B01"}, "00D600000130", "6981"},
        {"update by short identifier", {}, "00D681000130", "6A81"},
        {"TokenInfo is the OP PIN's", {kVerifyPin1, "00A4080C0450155032"}, "00D600000130", "6982"},
        {"TokenInfo with the OP PIN", {kVerifyOpPin, "00A4080C0450155032"}, "00D600000130", "9000"},
        {"the CA directory is the OP PIN's", {kVerifyPin1, "00A4080C0450154405"}, "00D600000130", "6982"},
        {"create without the PIN", {kSelectApplication}, create, "6982"},
        {"create", {kVerifyPin1, kSelectApplication}, create, "9000"},
        {"create twice", {kVerifyPin1, kSelectApplication, create}, create, "6A89"},
        {"create, malformed", {kVerifyPin1, kSelectApplication}, "00E00000026200", "6A80"},
        {"create, unknown kind",
         {kVerifyPin1, kSelectApplication},
         packed("00E0000019 6217 80020010 820155 83024310 8603011FFF 85020000 8A0100"),
         "6A80"},
        {"create, reserved identifier",
         {kVerifyPin1, kSelectApplication},
         packed("00E0000019 6217 80020010 820101 83023F00 8603011FFF 85020000 8A0100"),
         "6A80"},
        {"create, P1", {kVerifyPin1, kSelectApplication}, "00E00100026200", "6A86"},
        {"create, too large",
         {kVerifyPin1, kSelectApplication},
         packed("00E0000019 6217 8002FFFF 820101 83024310 8603011FFF 85020000 8A0100"),
         "6A84"},
        {"created files are zero", {kVerifyPin1, kSelectApplication, create}, "00B0000010", "000000009000"},
        {"delete without the PIN", {"00A4080C0450154301"}, "A0E40000", "6982"},
        {"delete", {kVerifyPin1, "00A4080C0450154301"}, "A0E40000", "9000"},
        {"delete by identifier", {kVerifyPin1, kSelectApplication}, "00E40000024301", "9000"},
        {"delete, absent", {kVerifyPin1, kSelectApplication}, "00E40000024399", "6A82"},
        {"delete, then it is gone", {kVerifyPin1, "00A4080C0450154301", "A0E40000"}, "00A4080C0450154301", "6A82"},
        {"delete the MF", {kVerifyOpPin, "00A4000C023F00"}, "A0E40000", "6985"},
        {"delete a directory file", {kVerifyPin1, kSelectCdf}, "A0E40000", "6982"},
        {"delete, P1", {}, "00E40100", "6A86"},
        {"delete, length", {}, "00E4000001AA", "6700"},
        {"activate", {}, "004404000CA000000063504B43532D3135", "9000"},
        {"activate another", {}, "0044040005A000000001", "6A82"},
        {"activate, P1", {}, "00440000", "6A86"},
        {"initialise without the OP PIN", {kVerifyPin1}, "00DA01E008FFFF110FFF110FFF", "6982"},
        {"initialise", {kVerifyOpPin}, "00DA01E008FFFF110FFF110FFF", "9000"},
        {"initialise, length", {kVerifyOpPin}, "00DA01E001FF", "6700"},
        {"initialised: no PINs", {kVerifyOpPin, "00DA01E008FFFF110FFF110FFF"}, "00200001", "6A88"},
        {"initialised: anything may be created",
         {kVerifyOpPin, "00DA01E008FFFF110FFF110FFF", kSelectApplication},
         create,
         "9000"},
        {"unknown INS", {}, "00010000", "6D00"},
        {"unknown CLA", {}, "80A40000", "6E00"},
        {"logical channel", {}, "01A40000", "6881"},
    };
}

TEST(Files, EveryStatusWord) { check("pkcs15-tc", rows()); }

TEST(Files, ControlParametersHoldWhatOpenScReads) {
    auto card = card_of("pkcs15-tc");
    EXPECT_EQ(send(*card, "00A4080004501544030000").substr(0, 4), "6700");
    const auto answer = *from_hex(send(*card, "00A40800045015440300"));
    const auto fcp = iso7816::find_tlv(answer, 0x6F);
    ASSERT_TRUE(fcp);
    EXPECT_EQ(to_hex(iso7816::find_tlv(fcp->value, 0x80)->value), "05FA");
    EXPECT_EQ(to_hex(iso7816::find_tlv(fcp->value, 0x82)->value), "01");
    EXPECT_EQ(to_hex(iso7816::find_tlv(fcp->value, 0x83)->value), "4403");
    EXPECT_EQ(to_hex(iso7816::find_tlv(fcp->value, 0x86)->value), "013FFF");
    EXPECT_EQ(to_hex(iso7816::find_tlv(fcp->value, 0x8A)->value), "07");
}

TEST(Files, AreCreatedUntilTheMemoryIsFullAndFreedAgain) {
    auto card = card_of("pkcs15-tc");
    ASSERT_EQ(send(*card, kVerifyPin1), "9000");
    std::vector<std::string> made;
    for (unsigned id = 0x4310; id < 0x4400; ++id) {
        (void)send(*card, "00A4080C025015");
        const auto hex = to_hex(Bytes{static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)});
        const auto answer =
            send(*card, packed("00E0000019 6217 80020400 820101 8302" + hex + " 8603011FFF 85020000 8A0100"));
        if (answer != "9000") {
            EXPECT_EQ(answer, "6A84");
            break;
        }
        made.push_back(hex);
    }
    // Nine certificates of a kilobyte on each of two keys fit; the card is full long before the identifiers are used
    // up.
    EXPECT_GE(made.size(), 18U);
    EXPECT_LT(made.size(), 60U);
    (void)send(*card, "00A4080C025015");
    EXPECT_EQ(send(*card, "00E4000002" + made.front()), "9000");
    EXPECT_EQ(send(*card, packed("00E0000019 6217 80020400 820101 830243F0 8603011FFF 85020000 8A0100")), "9000");
}

TEST(Files, EachChangeCountsAndReadingDoesNot) {
    auto card = card_of("pkcs15-tc");
    const auto counter = [&] { return send(*card, "00CA01A014").substr(36, 4); };
    EXPECT_EQ(counter(), "0000");
    (void)send(*card, kVerifyPin1);
    (void)send(*card, kSelectCdf);
    (void)send(*card, "00B0000010");
    EXPECT_EQ(counter(), "0000");
    (void)send(*card, "00D600000130");
    EXPECT_EQ(counter(), "0001");
    (void)send(*card, "00D60700FF30");
    EXPECT_EQ(counter(), "0001");
}

TEST(Files, ListHasTheCurrentDfsFiles) {
    auto card = card_of("pkcs15-tc");
    (void)send(*card, "00A4000C023F00");
    EXPECT_EQ(send(*card, "00CA01A100"), "50152F009000");
}

}  // namespace
}  // namespace rakit::cards::test
