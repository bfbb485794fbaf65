#include <nlohmann/json.hpp>

#include "tests/unit/cards/cards.hpp"
#include "virtual_cards/os/latency.hpp"

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

TEST(Faults, APulledCardKnowsIt) {
    auto card = card_of("tester");
    const auto cause = [&] {
        card->power_on();
        (void)send(*card, "00A4040007F052414B495401");
        return send(*card, "8056000000").substr(40);
    };
    EXPECT_EQ(cause(), "000000019000");
    ASSERT_TRUE(card->arm({{"kind", "tear-before"}}));
    EXPECT_EQ(send(*card, "8056000000"), "gone");
    EXPECT_EQ(cause(), "000000029000");
    ASSERT_TRUE(card->arm({{"kind", "remove"}}));
    EXPECT_EQ(send(*card, "8056000000"), "gone");
    EXPECT_EQ(cause(), "000000019000");
}

TEST(Faults, AWrongSignatureLooksLikeOne) {
    auto card = card_of("pkcs15-tc");
    const auto sign = [&] {
        (void)send(*card, kSelectApplication);
        (void)send(*card, kVerifyPin1);
        (void)send(*card,
                   "002241B6078001028102"
                   "4B01");
        return send(*card, "002A9E9A20" + std::string(64, '5') + "00");
    };
    const auto right = sign();
    ASSERT_TRUE(card->arm({{"kind", "wrong-signature"}, {"ins", "2A"}}));
    const auto wrong = sign();
    EXPECT_EQ(wrong.size(), right.size());
    EXPECT_NE(wrong, right);
    EXPECT_EQ(wrong.substr(wrong.size() - 4), "9000");
    EXPECT_EQ(sign(), right);
}

TEST(Faults, AStuckCounterDoesNotCount) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "counter-stuck"}, {"times", 0}}));
    EXPECT_EQ(send(*card, "00D6000001AA"), "9000");
    EXPECT_EQ(send(*card, "00CA01A014").substr(36), "00009000");
    card->disarm();
    EXPECT_EQ(send(*card, "00D6000001AA"), "9000");
    EXPECT_EQ(send(*card, "00CA01A014").substr(36), "00019000");
}

TEST(Faults, AChangedSerialNumberIsAnotherAsLongAsItLasts) {
    auto card = ready();
    const auto serial = [&] { return send(*card, "00CA01A014").substr(16, 20); };
    const auto before = serial();
    EXPECT_EQ(before, card->serial());
    ASSERT_TRUE(card->arm({{"kind", "serial-changed"}, {"ins", "CA"}, {"times", 2}}));
    const auto other = serial();
    EXPECT_NE(other, before);
    EXPECT_EQ(other.substr(0, 18), before.substr(0, 18));
    EXPECT_EQ(serial(), other);
    EXPECT_EQ(serial(), before);
}

TEST(Faults, AResetByAnotherProcessTakesSelectionAndPin) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "reset"}, {"ins", "D6"}}));
    EXPECT_EQ(send(*card, "00D6000001AA"), "6986");
    EXPECT_EQ(send(*card, "00200001"), "63C3");
}

TEST(Faults, AreListedWithWhatIsLeftOfThem) {
    auto card = ready();
    ASSERT_TRUE(card->arm({{"kind", "status"}, {"sw", "6F00"}, {"ins", "B0"}, {"nth", 3}}));
    (void)send(*card, "00B0000001");
    ASSERT_EQ(card->faults().size(), 1U);
    EXPECT_EQ(card->faults()[0].at("nth"), 2);
    (void)send(*card, "00B0000001");
    (void)send(*card, "00B0000001");
    EXPECT_TRUE(card->faults().empty());
}

TEST(Latency, IsThatOfTheImageAndOfKeyOperationsOnly) {
    auto image = image_of("pkcs15-tc");
    image.document["latency"] = "typical";
    auto card = *open_image(image);
    EXPECT_EQ(card->snapshot(), image);
    const auto delay = [&](const std::string& command) { return card->handle(*from_hex(command)).delay.count(); };
    EXPECT_EQ(delay(kSelectApplication), 0);
    EXPECT_EQ(delay(kVerifyPin1), 0);
    (void)send(*card,
               "002241B6078001028102"
               "4B01");
    EXPECT_EQ(delay("002A9E9A20" + std::string(64, '5') + "00"), 185);
    card->set_latency(Latency::slow);
    EXPECT_EQ(delay("002A9E9A20" + std::string(64, '5') + "00"), 441);
    card->set_latency(Latency::instant);
    EXPECT_EQ(delay("002A9E9A20" + std::string(64, '5') + "00"), 0);
}

TEST(Latency, HasTheMeasuredValues) {
    using Kind = KeyOperation::Kind;
    EXPECT_EQ(time_of(Latency::fast, {Kind::use, true, 2048}).count(), 72);
    EXPECT_EQ(time_of(Latency::typical, {Kind::generate, true, 2048}).count(), 12000);
    EXPECT_EQ(time_of(Latency::slow, {Kind::use, false, 256}).count(), 79);
    EXPECT_EQ(time_of(Latency::typical, {Kind::generate, false, 256}).count(), 156);
    EXPECT_EQ(time_of(Latency::typical, {Kind::use, true, 4096}).count(), 8 * 185);
    for (const auto latency : kLatencies) EXPECT_EQ(latency_from_name(name(latency)), latency);
    EXPECT_FALSE(latency_from_name("glacial"));
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
