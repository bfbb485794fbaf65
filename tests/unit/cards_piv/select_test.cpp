#include "tests/unit/cards_piv/piv_cards.hpp"

namespace rakit::cards::test {
namespace {

const std::string kVersion = "00FD0000";

// SP 800-73-4 part 2 section 3.1.1 (SELECT), ISO/IEC 7816-4 section 5.4.1 (CLA).
const std::vector<Row> kRows{
    {"whole AID",
     {},
     "00A404000BA000000308000010000100"
     "00",
     "9000"},
    {"without version", {}, "00A4040009A00000030800001000", "9000"},
    {"RID alone", {}, "00A4040005A000000308", "9000"},
    {"part of the RID", {}, "00A4040003A00000", "6A82"},
    {"no AID", {}, "00A40400", "6A82"},
    {"another AID", {}, "00A4040008A000000527200101", "6A82"},
    {"longer than the AID", {}, "00A404000CA00000030800001000010000", "6A82"},
    {"P1",
     {},
     "00A4000002"
     "3F00",
     "6A86"},
    {"P2", {}, "00A4040109A00000030800001000", "6A86"},
    {"P2 0C: no template", {}, "00A4040C09A00000030800001000", "9000"},
    {"unknown INS", {}, "00B0000000", "6D00"},
    {"logical channel", {}, "01CB3FFF035C017E00", "6881"},
    {"secure messaging", {}, "0CCB3FFF035C017E00", "6882"},
    {"CLA", {}, "80CB3FFF035C017E00", "6E00"},
    {"CLA of another industry", {}, "20CB3FFF035C017E00", "6E00"},
    {"half a command", {}, "00CB3F", "6700"},
    {"Lc beyond the data", {}, "0020008008313233", "6700"},
    {"a chain broken", {"10DB3FFF035C0101"}, "00CB3FFF035C017E00", "6883"},
    {"GET RESPONSE without anything", {}, "00C0000000", "6985"},
};

TEST(PivSelect, EveryStatusWord) { check_piv("piv-blank", kRows); }

TEST(PivSelect, NothingIsSelectedAfterReset) {
    auto card = card_of("piv-blank");
    EXPECT_EQ(send(*card, kVersion), "6D00");
    EXPECT_EQ(send(*card, kSelect).substr(0, 2), "61");
    EXPECT_EQ(send(*card, kVersion), "0504039000");
    card->reset();
    EXPECT_EQ(send(*card, kVersion), "6D00");
}

// Section 3.1.1: the application stays selected, its security status unchanged.
TEST(PivSelect, AForeignSelectDeselectsNothing) {
    auto card = card_of("piv-tc");
    (void)send(*card, kSelect);
    EXPECT_EQ(send(*card, kVerify), "9000");
    EXPECT_EQ(send(*card, "00A4040008A000000527200101"), "6A82");
    EXPECT_EQ(send(*card, "00200080"), "9000");
    (void)send(*card, kSelect);
    EXPECT_EQ(send(*card, "00200080"), "9000");
}

// Section 3.1.1 table 3.
TEST(PivSelect, GivesTheApplicationPropertyTemplate) {
    auto card = card_of("piv-blank");
    const auto answer = send(*card, kSelect + "00");
    EXPECT_EQ(answer,
              "6153"
              "4F06000010000100"
              "7907"
              "4F05A000000308"
              "5023506572736F6E616C204964656E7469747920566572696669636174696F6E2043617264"
              "5F501A687474703A2F2F637372632E6E6973742E676F762F6E70697670"
              "9000");
}

// A command without Le gets up to 256 octets, GET RESPONSE the rest; a short Le is honoured; extended length too.
TEST(PivSelect, AnswersInPartsAsItIsAsked) {
    auto card = card_of("piv-tc");
    (void)send(*card, kSelect);
    const std::string whole = send(*card, command("00CB3FFF", "5C035FC105", 65536));
    const auto size = whole.size() / 2 - 2;
    ASSERT_GT(size, 512U);
    EXPECT_EQ(whole.substr(whole.size() - 4), "9000");
    auto part = send(*card, "00CB3FFF055C035FC105");
    ASSERT_EQ(part.size(), 2 * 258U);
    std::string joined;
    while (part.substr(part.size() - 4, 2) == "61") {
        joined += part.substr(0, part.size() - 4);
        part = send(*card, "00C0000000");
    }
    EXPECT_EQ(joined + part, whole);
    EXPECT_EQ(send(*card, "00CB3FFF055C035FC10508"), whole.substr(0, 16) + "6100");
    EXPECT_EQ(send(*card, "00CB3FFF055C035FC10500"), whole.substr(0, 512) + "6100");
}

}  // namespace
}  // namespace rakit::cards::test
