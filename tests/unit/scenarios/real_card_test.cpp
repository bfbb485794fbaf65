#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/real_card.hpp"

namespace rakit::scenarios {
namespace {

using testing::HasSubstr;

const cm::Hierarchy& hierarchy() {
    static const auto made = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed).value();
    return made;
}

CardMaker& maker() {
    static CardMaker made(hierarchy());
    return made;
}

/// RealCardTest has a card that says what the test wants it to.
class RealCardTest : public testing::Test {
protected:
    RealCardTest() : view(view_card(maker().make({}, "x.yaml", 1, {}).value().document)) {
        terms.reader = "Reader 1";
        terms.serial = view.serial;
        terms.test_card = true;
        for (const char* prompt : {"pin:01", "pin:02", "op-pin"}) terms.pins[prompt] = Pin("123456");
        one.id = "tc/one";
    }
    /// why asks as the runner does, of one card all along.
    std::string why() {
        if (!card) card.emplace(std::move(terms), hierarchy(), maker(), [this]() -> Result<CardView> { return view; });
        return card->why_not(one, 1, typed_here).value();
    }

    CardView view;
    CardTerms terms;
    Case one;
    bool typed_here = true;
    std::optional<RealCard> card;
};

TEST_F(RealCardTest, AnAlikeCardIsTaken) { EXPECT_EQ(why(), ""); }

TEST_F(RealCardTest, AnotherCardIsNotTouched) {
    view.serial = "0102";
    EXPECT_THAT(why(), HasSubstr("the card in Reader 1 is another one, 0102"));
}

TEST_F(RealCardTest, TheLastTryIsNotUsed) {
    view.tries[2] = 1;
    EXPECT_EQ(why(), "the card in Reader 1 has 1 try left of PIN 02: nothing is risked");
}

TEST_F(RealCardTest, WrongPinsAreForTheTestCardOnly) {
    one.doing.type = {{"pin:01", {"wrong"}}};
    terms.test_card = false;
    EXPECT_EQ(why(), "the card in Reader 1 is not the test card: no try of its PINs is spent");
}

TEST_F(RealCardTest, TheOfficersPinCostsTheCardNothing) {
    one.doing.type = {{"signature-pin", {"wrong"}}};
    terms.test_card = false;
    EXPECT_EQ(why(), "");
}

TEST_F(RealCardTest, AWrongOpPinOfTheCmIsATryToo) {
    one.cm.op_pins = "wrong";
    terms.test_card = false;
    EXPECT_THAT(why(), HasSubstr("no try of its PINs is spent"));
}

TEST_F(RealCardTest, WrongPinsLeaveTwoTries) {
    one.doing.type = {{"pin:01", {"wrong"}}};
    EXPECT_EQ(why(), "");
    one.doing.type = {{"pin:01", {"wrong", "wrong"}}};
    EXPECT_EQ(why(),
              "the card in Reader 1 has 3 tries left of PIN 01: the case's wrong PINs would leave fewer than two");
}

TEST_F(RealCardTest, ALostTryEndsTheRun) {
    EXPECT_EQ(why(), "");
    view.tries[1] = 2;
    EXPECT_THAT(why(), HasSubstr("PIN 01 lost a try in tc/one"));
    view.tries[1] = 3;
    EXPECT_THAT(why(), HasSubstr("PIN 01 lost a try in tc/one")) << "and stays so";
}

TEST_F(RealCardTest, ATryThatTheCaseSpentDoesNot) {
    one.doing.type = {{"pin:01", {"wrong", "right"}}};
    EXPECT_EQ(why(), "");
    view.tries[1] = 2;
    one.doing.type.clear();
    EXPECT_EQ(why(), "");
    one.expect.tries = {{1, 3}};
    EXPECT_EQ(why(), "the card in Reader 1 has 2 tries left of PIN 01 where the case wants 3");
}

TEST_F(RealCardTest, AnRaIsNotSetToWorkWithoutThePinsThatItWillAskFor) {
    terms.pins.erase("pin:02");
    one.expect.prompts = {"signature-pin", "pin:01"};
    EXPECT_EQ(why(), "");
    one.expect.prompts->push_back("pin:02");
    EXPECT_EQ(why(), "the PIN for pin:02 was not given");
    one.expect.prompts.reset();
    EXPECT_EQ(why(), "the PIN for pin:02 was not given");
    one.expect.not_prompted = {"pin:02"};
    EXPECT_EQ(why(), "");
}

TEST_F(RealCardTest, APersonTypesNoWrongOnes) {
    typed_here = false;
    terms.pins.clear();
    EXPECT_EQ(why(), "");
    one.doing.type = {{"pin:01", {"wrong"}}};
    EXPECT_EQ(why(), "a person types the card's PINs, and no wrong ones");
}

TEST_F(RealCardTest, HowFullACardIsShowsNowhere) {
    one.card.image = "../../cards/nearly-full.yaml";
    one.file = "scenarios/catalog/tc/x.yaml";
    EXPECT_THAT(why(), HasSubstr("how full a card is"));
}

TEST(CardTermsText, GoesThereAndBack) {
    CardTerms terms{"Reader \"1\"", "0A0B", "/a folder/card.sock", true, {}};
    terms.pins["pin:01"] = Pin("12 34");
    terms.pins["op-pin"] = Pin("87654321");
    const SecretBytes packed = pack(terms);
    std::string_view rest = as_text(packed);
    const auto line = [&]() -> std::optional<SecretBytes> {
        if (rest.empty()) return std::nullopt;
        const auto end = rest.find('\n');
        const SecretBytes one(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(end));
        rest.remove_prefix(end + 1);
        return one;
    };
    const auto back = unpack_terms(line).value();
    EXPECT_EQ(back.reader, terms.reader);
    EXPECT_EQ(back.serial, terms.serial);
    EXPECT_EQ(back.slot, terms.slot);
    EXPECT_TRUE(back.test_card);
    ASSERT_EQ(back.pins.size(), 2U);
    EXPECT_EQ(as_text(back.pins.at("pin:01").digits()), "12 34");
    EXPECT_TRUE(rest.empty()) << "the next line is a task's";
    EXPECT_FALSE(unpack_terms([] { return std::optional<SecretBytes>(); }));
}

TEST(OnlyADouble, CanDoWhatNoHandDoes) {
    Case one;
    EXPECT_EQ(why_a_double(one), "");
    one.card.faults.push_back({{"kind", "status"}});
    EXPECT_THAT(why_a_double(one), HasSubstr("faults"));
    one = {};
    one.doing.unplug = Unplugging{"pin:01", "card", true};
    EXPECT_THAT(why_a_double(one), HasSubstr("nobody's hand"));
    one = {};
    one.printer = nlohmann::json::object();
    EXPECT_THAT(why_a_double(one), HasSubstr("printer"));
    one = {};
    one.card.same_pins = {{2, 1}};
    EXPECT_THAT(why_a_double(one), HasSubstr("PINs' values"));
}

}  // namespace
}  // namespace rakit::scenarios
