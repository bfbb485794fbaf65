#include <gtest/gtest.h>

#include "reference/session/lines.hpp"
#include "tests/unit/session/samples.hpp"

// covers: add-piv-refused, redo-picks
namespace rakit::reference::core {
namespace {

using samples::certificate_for;

/// A card without TCs: key 45 holds certificates 4 and 5 (the newer one), key 46 none.
Contents plain_card() {
    auto card = samples::card();
    card.keys[0].certificates = {{certificate_for(card.keys[0].spki, 5, "Anna Ek"), "a", "1", false},
                                 {certificate_for(card.keys[0].spki, 4, "Anna Ek"), "b", "2", false}};
    card.keys[1].certificates.clear();
    return card;
}

struct RefusalRow {
    std::string what;
    std::vector<ActionChoice> choices;
    ErrorCode code;
};

TEST(Lines, RefuseWhatCannotBe) {
    const auto card = samples::card();
    for (const auto& row : std::vector<RefusalRow>{
             {"nothing", {}, ErrorCode::nothing_to_do},
             {"all blank", {{"45", Action::blank, {}}, {"46", Action::blank, {}}}, ErrorCode::nothing_to_do},
             {"unknown key", {{"47", Action::redo, {}}}, ErrorCode::key_unknown},
             {"twice, by id and label",
              {{"45", Action::redo, {}}, {"Authentication", Action::issue, {}}},
              ErrorCode::usage},
             {"unknown certificate", {{"45", Action::redo, "77"}}, ErrorCode::certificate_unknown},
             {"Add with a TC", {{"45", Action::add, {}}}, ErrorCode::tc_add_refused}}) {
        const auto lines = plan_lines(card, row.choices);
        ASSERT_FALSE(lines) << row.what;
        EXPECT_EQ(lines.error().code, row.code) << row.what;
    }
    auto piv = plain_card();
    piv.profile = "piv";
    EXPECT_EQ(plan_lines(piv, {{"45", Action::add, {}}}).error().code, ErrorCode::add_not_possible);
    piv.keys[0].certificates.clear();
    EXPECT_TRUE(plan_lines(piv, {{"45", Action::add, {}}})) << "an empty slot's first certificate";
    EXPECT_EQ(plan_lines(piv, {{"45", Action::redo, {}}}).error().code, ErrorCode::certificate_unknown);
    auto mute = plain_card();
    mute.keys[0].can_sign = false;
    EXPECT_EQ(plan_lines(mute, {{"45", Action::issue, {}}}).error().code, ErrorCode::key_cannot_sign);
    auto twins = plain_card();
    twins.keys[1].label = twins.keys[0].label;
    EXPECT_EQ(plan_lines(twins, {{"Authentication", Action::issue, {}}}).error().code, ErrorCode::key_unknown);
}

TEST(Lines, RedoReplacesThePickElseTheTcElseTheNewest) {
    auto card = plain_card();
    const auto replaced = [&](std::optional<std::string> pick) {
        return (*plan_lines(card, {{"45", Action::redo, std::move(pick)}}))[0].replaces->serial_hex();
    };
    EXPECT_EQ(replaced({}), "05");
    EXPECT_EQ(replaced("04"), "04");
    card.keys[0].certificates.push_back({certificate_for(card.keys[0].spki, 1, "TC"), "tc", "3", true});
    EXPECT_EQ(replaced({}), "01");
    EXPECT_EQ(replaced("05"), "05");
    EXPECT_EQ(plan_lines(card, {{"46", Action::redo, {}}}).error().code, ErrorCode::certificate_unknown);
}

TEST(Lines, OfTheSameSecondTheLastInTheDirectoryIsTheNewest) {
    auto key = plain_card().keys[0];
    key.certificates.push_back(key.certificates[0]);
    EXPECT_EQ(key.newest_certificate(), &key.certificates.back());
    EXPECT_EQ(key.replaced_unless_picked(), &key.certificates.back());
    key.certificates.clear();
    EXPECT_EQ(key.newest_certificate(), nullptr);
    EXPECT_EQ(key.replaced_unless_picked(), nullptr);
}

TEST(Lines, StandInTheOrderOfTheContentsWithTheirTc) {
    const auto card = samples::card();
    const auto lines = *plan_lines(card, {{"Signature", Action::issue, {}}, {"45", Action::redo, {}}});
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].key, "45");
    EXPECT_EQ(lines[0].action, "redo");
    EXPECT_EQ(lines[1].action, "issue");
    EXPECT_EQ(lines[1].transport_certificate, card.keys[1].certificates[0].certificate);
    EXPECT_FALSE(lines[1].replaces);
}

TEST(Lines, ReadBackFindsWhatIsMissing) {
    const auto before = plain_card();
    Order order;
    order.lines = *plan_lines(before, {{"45", Action::redo, "04"}, {"46", Action::issue, {}}});
    const auto wanted = changes(order, samples::issued(order));
    ASSERT_EQ(wanted.size(), 1U) << "Issue writes nothing";
    const auto after = samples::written(before, wanted);
    EXPECT_TRUE(check_written(before, after, wanted));
    EXPECT_FALSE(check_written(before, before, wanted)) << "not written";
    auto kept = after;
    kept.keys[0].certificates.push_back(before.keys[0].certificates[1]);
    EXPECT_FALSE(check_written(before, kept, wanted)) << "the old one is still there";
    auto lost = after;
    lost.keys[0].certificates.erase(lost.keys[0].certificates.begin());
    EXPECT_FALSE(check_written(before, lost, wanted)) << "a bystander is gone";
}

}  // namespace
}  // namespace rakit::reference::core
