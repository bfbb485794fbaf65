#include <nlohmann/json.hpp>

#include "tests/unit/cards_piv/piv_cards.hpp"

namespace rakit::cards::test {
namespace {

const std::string kOld = "313233343536FFFF", kNew = "3635343332313837", kPuk = "3132333435363738";
const std::string kBlockPin = "@times 3 " + kWrongPin, kBlockPuk = "@times 3 " + kWrongPuk;

// SP 800-73-4 part 2 sections 3.2.1 (VERIFY), 3.2.2 (CHANGE REFERENCE DATA), 3.2.3 (RESET RETRY COUNTER); the form of
// PINs is section 2.4.3.
const std::vector<Row> kRows{
    {"3.2.1 right", {}, kVerify, "9000"},
    {"3.2.1 wrong", {}, kWrongPin, "63C2"},
    {"3.2.1 wrong twice", {"@times 1 " + kWrongPin}, kWrongPin, "63C1"},
    {"3.2.1 the last wrong one", {"@times 2 " + kWrongPin}, kWrongPin, "63C0"},
    {"3.2.1 blocked", {kBlockPin}, kVerify, "6983"},
    {"3.2.1 tries come back", {"@times 2 " + kWrongPin, kVerify}, kWrongPin, "63C2"},
    {"3.2.1 P1", {}, "0020010008313233343536FFFF", "6A86"},
    {"3.2.1 global PIN, which this card has not", {}, "0020000008313233343536FFFF", "6A88"},
    {"3.2.1 PUK", {}, "00200081083132333435363738", "6A88"},
    {"3.2.1 unknown", {}, "0020009608313233343536FFFF", "6A88"},
    {"2.4.3 unpadded", {}, "0020008006313233343536", "6A80"},
    {"2.4.3 five digits", {}, "00200080083132333435FFFFFF", "6A80"},
    {"2.4.3 not a digit", {}, "0020008008313233343541FFFF", "6A80"},
    {"2.4.3 padding inside", {}, "00200080083132333435FF36FF", "6A80"},
    {"3.2.1 query, fresh", {}, "00200080", "63C3"},
    {"3.2.1 query with Le", {}, "0020008000", "63C3"},
    {"3.2.1 query, verified", {kVerify}, "00200080", "9000"},
    {"3.2.1 query, after a wrong one", {kVerify, "@times 1 " + kWrongPin}, "00200080", "63C2"},
    {"3.2.1 query, blocked", {kBlockPin}, "00200080", "6983"},
    {"3.2.1 P1 FF forgets", {kVerify, "0020FF80"}, "00200080", "63C3"},
    {"3.2.1 P1 FF with data", {}, "0020FF8008313233343536FFFF", "6A86"},
    {"3.2.2 PIN", {}, "0024008010" + kOld + kNew, "9000"},
    {"3.2.2 then the new one", {"0024008010" + kOld + kNew}, "0020008008" + kNew, "9000"},
    {"3.2.2 then the old one", {"0024008010" + kOld + kNew}, kVerify, "63C2"},
    {"3.2.2 wrong", {}, "0024008010" + kNew + kOld, "63C2"},
    {"3.2.2 blocked", {kBlockPin}, "0024008010" + kOld + kNew, "6983"},
    {"3.2.2 new one without form costs no try",
     {"@times 1 0024008010" + kOld + "3132333435FFFFFF"},
     "00200080",
     "63C3"},
    {"3.2.2 new one without form", {}, "0024008010" + kOld + "3132333435FFFFFF", "6A80"},
    {"3.2.2 half", {}, "0024008008" + kOld, "6A80"},
    {"3.2.2 P1", {}, "0024010010" + kOld + kNew, "6A86"},
    {"3.2.2 unknown", {}, "0024009B10" + kOld + kNew, "6A88"},
    {"3.2.2 PUK", {}, "0024008110" + kPuk + "0001020304050607", "9000"},
    {"3.2.2 PUK wrong",
     {},
     "0024008110"
     "0001020304050607" +
         kPuk,
     "63C2"},
    {"3.2.2 PUK blocked", {kBlockPuk}, "0024008110" + kPuk + kPuk, "6983"},
    {"3.2.3 unblocks", {kBlockPin, "002C008010" + kPuk + kNew}, "0020008008" + kNew, "9000"},
    {"3.2.3 verifies nothing", {kBlockPin, "002C008010" + kPuk + kNew}, "00200080", "63C3"},
    {"3.2.3 wrong PUK", {}, kWrongPuk, "63C2"},
    {"3.2.3 wrong PUK leaves the PIN blocked", {kBlockPin, "@times 1 " + kWrongPuk}, kVerify, "6983"},
    {"3.2.3 PUK blocked", {kBlockPuk}, "002C008010" + kPuk + kNew, "6983"},
    {"3.2.3 new PIN without form", {}, "002C008010" + kPuk + "31FFFFFFFFFFFFFF", "6A80"},
    {"3.2.3 no new PIN", {}, "002C008008" + kPuk, "6A80"},
    {"3.2.3 P1", {}, "002C018010" + kPuk + kNew, "6A86"},
    {"3.2.3 of the PUK", {}, "002C008110" + kPuk + kNew, "6A88"},
};

TEST(PivPins, EveryStatusWord) { check_piv("piv-tc", kRows); }

// Part 1 section 3.3.2 (discovery object): the global PIN satisfies the rules of keys and objects where it is told.
TEST(PivPins, AGlobalPinIsAPinToo) {
    auto image = image_of("piv-tc");
    image.document["pins"].push_back({{"reference", 0}, {"value", "777777"}, {"tries", 3}, {"max_tries", 3}});
    auto card = *open_image(image);
    (void)send(*card, kSelect);
    EXPECT_EQ(send(*card, "00CB3FFF035C017E00"), "7E124F0BA0000003080000100001005F2F0260109000");
    EXPECT_EQ(send(*card, "00CB3FFF055C035FC10900"), "6982");
    EXPECT_EQ(send(*card, "0020000008373737373737FFFF"), "9000");
    EXPECT_EQ(send(*card, "00CB3FFF055C035FC10900"), "6A82");
    EXPECT_EQ(send(*card, "00200080"), "63C3");
    EXPECT_EQ(send(*card, "00200000"), "9000");
    EXPECT_EQ(send(*card, "0024000010373737373737FFFF363636363636FFFF"), "9000");
    EXPECT_EQ(send(*card, "0020000008373737373737FFFF"), "63C2");
}

}  // namespace
}  // namespace rakit::cards::test
