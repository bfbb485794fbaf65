#include <nlohmann/json.hpp>

#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {
namespace {

using nlohmann::json;
const std::string kSelectCdf = "00A4080C0450154403";

std::string cdf(ImageCard& card) {
    card.power_on();
    (void)send(card, kSelectCdf);
    return send(card, "00B0000008");
}

std::unique_ptr<ImageCard> ready() {
    auto card = card_of("pkcs15-tc");
    EXPECT_EQ(send(*card, kVerifyPin1), "9000");
    EXPECT_EQ(send(*card, kSelectCdf), "9000");
    return card;
}

TEST(Faults, TearBeforeDoesNothing) {
    auto card = ready();
    const auto before = cdf(*card_of("pkcs15-tc"));
    ASSERT_TRUE(card->arm({{"kind", "tear-before"}, {"ins", "D6"}}));
    EXPECT_EQ(send(*card, "00D6000004AAAAAAAA"), "gone");
    EXPECT_EQ(send(*card, "00B0000008"), "gone");
    EXPECT_EQ(cdf(*card), before);
}

TEST(Faults, TearAfterDoesAllAndLosesTheAnswer) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "tear-after"}, {"ins", "D6"}}));
    EXPECT_EQ(send(*card, "00D6000004AAAAAAAA"), "gone");
    EXPECT_EQ(cdf(*card).substr(0, 8), "AAAAAAAA");
}

TEST(Faults, TearWithinWritesTheFirstOctets) {
    auto card = ready();
    const auto before = cdf(*card_of("pkcs15-tc"));
    ASSERT_TRUE(card->arm({{"kind", "tear-within"}, {"ins", "D6"}, {"octets", 2}}));
    EXPECT_EQ(send(*card, "00D6000004AAAAAAAA"), "gone");
    EXPECT_EQ(cdf(*card), "AAAA" + before.substr(4));
}

TEST(Faults, StrikeTheNthSoManyTimes) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "status"}, {"sw", "6F00"}, {"ins", "B0"}, {"nth", 2}, {"times", 2}}));
    EXPECT_EQ(send(*card, "00B0000000").substr(0, 2), "30");
    EXPECT_EQ(send(*card, kSelectCdf), "9000");
    EXPECT_EQ(send(*card, "00B0000000"), "6F00");
    EXPECT_EQ(send(*card, "00B0000000"), "6F00");
    EXPECT_EQ(send(*card, "00B0000000").substr(0, 2), "30");
}

TEST(Faults, WithoutAnEndLastUntilDisarmed) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "memory-failure"}, {"times", 0}}));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(send(*card, "00D6000001AA"), "6581");
    card->disarm();
    EXPECT_EQ(send(*card, "00D6000001AA"), "9000");
}

TEST(Faults, NoSpaceStrikesCreateOnly) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "no-space"}, {"times", 0}}));
    EXPECT_EQ(send(*card, "00D6000001AA"), "9000");
    EXPECT_EQ(send(*card,
                   "00E000001962178002001082010183024310860301"
                   "1FFF850200008A0100"),
              "6A84");
}

TEST(Faults, DelayAndMuteSayHowLong) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "delay"}, {"milliseconds", 250}}));
    const auto late = card->handle(*from_hex("00B0000001"));
    EXPECT_EQ(late.delay.count(), 250);
    EXPECT_FALSE(late.drop);
    ASSERT_TRUE(card->arm({{"kind", "mute"}, {"milliseconds", 5000}}));
    const auto mute = card->handle(*from_hex("00B0000001"));
    EXPECT_EQ(mute.delay.count(), 5000);
    EXPECT_TRUE(mute.drop);
}

TEST(Faults, ARemovedCardIsGoneUntilPoweredOn) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "remove"}}));
    EXPECT_EQ(send(*card, "00B0000001"), "gone");
    EXPECT_EQ(send(*card, "00B0000001"), "gone");
    card->power_on();
    EXPECT_EQ(send(*card, "00200001"), "63C3");
}

TEST(Faults, TravelWithTheImageAsFarAsTheyAreNotSpent) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "status"}, {"sw", "6F00"}, {"ins", "B0"}, {"nth", 3}}));
    (void)send(*card, "00B0000001");
    const auto image = card->snapshot();
    auto again = *open_image(image);
    (void)send(*again, kSelectCdf);
    EXPECT_EQ(send(*again, "00B0000001").substr(0, 2), "30");
    EXPECT_EQ(send(*again, "00B0000001"), "6F00");
    EXPECT_FALSE(again->snapshot().document.contains("faults"));
}

TEST(Faults, RefusesWhatItDoesNotKnow) {
    auto card = ready();
    for (const auto& fault :
         {json{}, json{{"kind", "burn"}}, json{{"kind", "status"}}, json{{"kind", "status"}, {"sw", "60"}},
          json{{"kind", "delay"}, {"nth", 0}}, json{{"kind", "delay"}, {"when", 1}},
          json{{"kind", "delay"}, {"ins", "D"}}, json{{"kind", "delay"}, {"milliseconds", -1}}})
        EXPECT_EQ(card->arm(fault).error().code, ErrorCode::document_invalid) << fault;
}

}  // namespace
}  // namespace rakit::cards::test
