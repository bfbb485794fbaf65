#include <gtest/gtest.h>

#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/card_maker.hpp"

namespace rakit::scenarios {
namespace {

/// Cards makes each image once for all tests: keys take long.
class CardFiles : public testing::Test {
protected:
    static nlohmann::json image(const CardSetup& setup = {}) {
        static const cm::Hierarchy hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed).value();
        static CardMaker maker(hierarchy);
        return maker.make(setup, "scenarios/catalog/tc/x.yaml", 1, {}).value().document;
    }
    static nlohmann::json& file(nlohmann::json& card, const std::string& path) {
        for (auto& one : card["files"])
            if (one.at("path") == path) return one;
        ADD_FAILURE() << "no file " << path;
        return card;
    }
};

TEST_F(CardFiles, ReadsABuiltInCard) {
    const CardView view = view_card(image());
    for (const auto& damage : view.damage) ADD_FAILURE() << damage;
    ASSERT_EQ(view.keys.size(), 2U);
    for (const auto& key : view.keys) {
        ASSERT_EQ(key.certificates.size(), 1U) << key.id;
        EXPECT_EQ(key.certificates[0].spki(), key.spki) << key.id;
    }
    EXPECT_EQ(view.tries.at(1), 3);
}

TEST_F(CardFiles, SeveralCertificatesInTheDirectorysOrder) {
    CardSetup setup;
    setup.image = "../../cards/several-certificates.yaml";
    const CardView view = view_card(image(setup));
    ASSERT_NE(view.key("45"), nullptr);
    EXPECT_EQ(view.key("45")->certificates.size(), 3U);
    EXPECT_LT(view.key("45")->certificates[0].not_before(), view.key("45")->certificates[2].not_before());
}

TEST_F(CardFiles, VariationsReachTheNamedKeyAlone) {
    CardSetup setup;
    setup.certificates["46"] = "expired";
    const CardView view = view_card(image(setup));
    EXPECT_LT(view.key("46")->certificates[0].not_after(), std::chrono::sys_days{std::chrono::year{2022} / 1 / 1});
    EXPECT_EQ(view.key("45")->certificates, view_card(image()).key("45")->certificates);
    setup.certificates = {{"45", "key-mismatch"}};
    const CardView mismatch = view_card(image(setup));
    EXPECT_NE(mismatch.key("45")->certificates[0].spki(), mismatch.key("45")->spki);
}

TEST_F(CardFiles, TellsWhenTheCardWasUpdatedLast) {
    CardSetup setup;
    setup.image = "../../cards/with-last-update.yaml";
    EXPECT_EQ(view_card(image(setup)).last_update, "20240601000000Z");
    EXPECT_FALSE(view_card(image()).last_update) << "the stock layout has none";
}

TEST_F(CardFiles, APinMayHaveTheValueOfAnother) {
    CardSetup setup;
    setup.same_pins = {{2, 1}};
    std::map<std::uint8_t, Pin> pins;
    pins[1] = Pin("24680135");
    pins[2] = Pin("11223344");
    static const cm::Hierarchy hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed).value();
    CardMaker maker(hierarchy);
    const auto made = maker.make(setup, "x.yaml", 1, pins).value();
    for (const auto& pin : made.document.at("pins")) {
        if (pin.at("reference") == 3) continue;
        EXPECT_EQ(pin.at("value"), "24680135");
    }
}

TEST_F(CardFiles, DamageIsFound) {
    const std::string app = "3F005015";
    auto card = image();
    file(card, app + "5031")["content"] = "A4063004040250FF";
    EXPECT_FALSE(view_card(card).damage.empty()) << "a directory that points nowhere";
    card = image();
    auto& files = card["files"];
    for (auto it = files.begin(); it != files.end();) it = it->contains("key") ? files.erase(it) : it + 1;
    EXPECT_FALSE(view_card(card).damage.empty()) << "a directory entry without its key";
}

}  // namespace
}  // namespace rakit::scenarios
