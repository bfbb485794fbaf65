#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {
namespace {

const std::string kWrong1 = "0020000108393939393939FFFF";
const std::string kOld1 = "313131313131FFFF", kNew1 = "3434343434FFFFFF", kPuk = "3132333435363738";

// ISO/IEC 7816-4 sections 7.5.6 to 7.5.10; lengths and references are the card's.
const std::vector<Row> kRows{
    {"verify", {}, kVerifyPin1, "9000"},
    {"verify wrong", {}, kWrong1, "63C2"},
    {"verify, P1", {}, "0020010108313131313131FFFF", "6A86"},
    {"verify, no such reference", {}, "0020000908313131313131FFFF", "6A88"},
    {"verify, reference 0", {}, "0020000008313131313131FFFF", "6A88"},
    {"verify, unpadded", {}, "0020000106313131313131", "6700"},
    {"query, not verified", {}, "00200001", "63C3"},
    {"query, verified", {kVerifyPin1}, "00200001", "9000"},
    {"query, unknown", {}, "00200009", "6A88"},
    {"another PIN stays out", {kVerifyPin1}, "00200002", "63C3"},
    {"change", {}, "0024000110" + kOld1 + kNew1, "9000"},
    {"change, then the new one", {"0024000110" + kOld1 + kNew1}, "0020000108" + kNew1, "9000"},
    {"change, then the old one", {"0024000110" + kOld1 + kNew1}, kVerifyPin1, "63C2"},
    {"change, wrong old", {}, "0024000110" + kNew1 + kOld1, "63C2"},
    {"change, too short", {}, "0024000110" + kOld1 + "313131FFFFFFFFFF", "6A80"},
    {"change, padding inside", {}, "0024000110" + kOld1 + "31313131FF313131", "6A80"},
    {"change, half", {}, "0024000108" + kOld1, "6700"},
    {"change, P1", {}, "0024010110" + kOld1 + kNew1, "6A86"},
    {"change, unknown", {}, "0024000910" + kOld1 + kNew1, "6A88"},
    {"unblock", {}, "002C000110" + kPuk + kNew1, "9000"},
    {"unblock does not verify", {"002C000110" + kPuk + kNew1}, "00200001", "63C3"},
    {"unblock, wrong PUK", {}, "002C000110" + kNew1 + kNew1, "63C9"},
    {"unblock, unknown", {}, "002C000910" + kPuk + kNew1, "6A88"},
    {"unblock, half", {}, "002C000108" + kPuk, "6700"},
    {"unblock, P1", {}, "002C010110" + kPuk + kNew1, "6A86"},
    {"unblock, too short", {}, "002C000110" + kPuk + "31FFFFFFFFFFFFFF", "6A80"},
    {"deauthenticate one", {kVerifyPin1, "002E0001"}, "00200001", "63C3"},
    {"deauthenticate all", {kVerifyPin1, kVerifyPin2, "002E0000"}, "00200002", "63C3"},
    {"deauthenticate the other", {kVerifyPin1, kVerifyPin2, "002E0001"}, "00200002", "9000"},
    {"deauthenticate, unknown", {}, "002E0009", "6A88"},
    {"deauthenticate, P1", {}, "002E0100", "6A86"},
    {"deauthenticate, data", {}, "002E000001AA", "6700"},
    {"create a PIN without the right", {}, "00DA010413" + kOld1 + kPuk + "030A00", "6982"},
    {"create a PIN", {kVerifyOpPin}, "00DA010413" + kOld1 + kPuk + "030A00", "9000"},
    {"create a PIN and use it", {kVerifyOpPin, "00DA010413" + kOld1 + kPuk + "030A00"}, "0020000408" + kOld1, "9000"},
    {"none is replaced", {kVerifyOpPin}, "00DA010113" + kOld1 + kPuk + "030A00", "6985"},
    {"create a PIN, no tries", {kVerifyOpPin}, "00DA010413" + kOld1 + kPuk + "000A00", "6A80"},
    {"create a PIN, length", {kVerifyOpPin}, "00DA010408" + kOld1, "6700"},
};

TEST(Pins, EveryStatusWord) { check("pkcs15-tc", kRows); }

TEST(Pins, BlockAfterTheirTriesAndOnlyThePukHelps) {
    auto card = card_of("pkcs15-tc");
    EXPECT_EQ(send(*card, kWrong1), "63C2");
    EXPECT_EQ(send(*card, kWrong1), "63C1");
    EXPECT_EQ(send(*card, kWrong1), "63C0");
    EXPECT_EQ(send(*card, kVerifyPin1), "6983");
    EXPECT_EQ(send(*card, "00200001"), "6983");
    EXPECT_EQ(card->pin_tries(1), 0);
    card->power_off();
    card->power_on();
    EXPECT_EQ(send(*card, kVerifyPin1), "6983");
    EXPECT_EQ(send(*card, "002C000110" + kPuk + kNew1), "9000");
    EXPECT_EQ(card->pin_tries(1), 3);
    EXPECT_EQ(send(*card, "0020000108" + kNew1), "9000");
    EXPECT_FALSE(card->pin_tries(9));
}

TEST(Pins, ACardHasFourteen) {
    auto card = card_of("pkcs15-tc");
    (void)send(*card, kVerifyOpPin);
    for (unsigned reference = 4; reference <= 14; ++reference) {
        const auto hex = to_hex(Bytes{static_cast<std::uint8_t>(reference)});
        EXPECT_EQ(send(*card, "00DA01" + hex + "13" + kOld1 + kPuk + "030A00"), "9000");
        EXPECT_EQ(send(*card, "002000" + hex + "08" + kOld1), "9000");
        EXPECT_EQ(send(*card, "002400" + hex + "10" + kOld1 + kNew1), "9000");
        EXPECT_EQ(send(*card, "002C00" + hex + "10" + kPuk + kOld1), "9000");
    }
    EXPECT_EQ(send(*card, "00DA010F13" + kOld1 + kPuk + "030A00"), "6A88");
    const auto image = card->snapshot();
    EXPECT_EQ((*open_image(image))->snapshot(), image);
}

TEST(Pins, ThePukBlocksToo) {
    auto card = card_of("pkcs15-tc");
    for (int i = 0; i < 10; ++i) (void)send(*card, "002C000110" + kNew1 + kNew1);
    EXPECT_EQ(send(*card, "002C000110" + kPuk + kNew1), "6983");
    EXPECT_EQ(send(*card, kVerifyPin1), "9000");
}

TEST(Pins, ResetForgetsWhatWasVerifiedButNotTheTries) {
    auto card = card_of("pkcs15-tc");
    EXPECT_EQ(send(*card, kWrong1), "63C2");
    card->reset();
    EXPECT_EQ(send(*card, "00200001"), "63C2");
    EXPECT_EQ(send(*card, kVerifyPin1), "9000");
    EXPECT_EQ(send(*card, "00200001"), "9000");
    card->reset();
    EXPECT_EQ(send(*card, "00200001"), "63C3");
}

TEST(Pins, AWrongOneTakesTheRightAway) {
    auto card = card_of("pkcs15-tc");
    EXPECT_EQ(send(*card, kVerifyPin1), "9000");
    EXPECT_EQ(send(*card, kWrong1), "63C2");
    EXPECT_EQ(send(*card, "00200001"), "63C2");
}

}  // namespace
}  // namespace rakit::cards::test
