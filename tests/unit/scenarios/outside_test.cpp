#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ossl/keys.hpp"
#include "scenarios/outside/card_outside.hpp"
#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/card_maker.hpp"
#include "scenarios/runner/likeness.hpp"

namespace rakit::scenarios {
namespace {

using testing::HasSubstr;

constexpr UtcTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2};

const cm::Hierarchy& hierarchy() {
    static const auto made = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed).value();
    return made;
}

cards::Image image_of(const std::string& name, const CardSetup& more = {}) {
    static CardMaker maker(hierarchy());
    CardSetup setup = more;
    setup.image = name;
    return maker.make(setup, "scenarios/catalog/tc/x.yaml", 1, {}).value();
}

Transmit to(cards::VirtualCard& card) {
    card.power_on();
    return [&card](ByteView command) -> Result<Bytes> { return card.handle(command).bytes; };
}

CardView seen(cards::VirtualCard& card) { return view_card(read_card_outside(to(card)).value()); }

class Outside : public testing::TestWithParam<const char*> {};

// What everybody is shown of a card is what its memory holds.
TEST_P(Outside, ShowsTheSameAsTheImage) {
    const auto image = image_of(GetParam());
    const auto card = cards::open_image(image).value();
    const CardView inside = view_card(image.document), outside = seen(*card);
    EXPECT_EQ(card->snapshot(), image) << "reading changes nothing";
    EXPECT_THAT(outside.damage, testing::IsEmpty());
    EXPECT_EQ(outside.serial, inside.serial);
    EXPECT_EQ(outside.profile, inside.profile);
    ASSERT_EQ(outside.keys.size(), inside.keys.size());
    for (const auto& key : inside.keys) {
        const KeyView* same = outside.key(key.id);
        ASSERT_NE(same, nullptr) << key.id;
        EXPECT_EQ(same->spki, key.spki) << key.id;
        EXPECT_EQ(same->certificates, key.certificates) << key.id;
    }
    EXPECT_EQ(outside.ca_certificates, inside.ca_certificates);
    EXPECT_EQ(outside.last_update, inside.last_update);
    for (const auto& [reference, tries] : outside.tries) EXPECT_EQ(inside.tries.at(reference), tries);
    EXPECT_FALSE(outside.tries.empty());
    EXPECT_EQ(why_unlike(outside, inside, hierarchy(), kNow), "");
}

INSTANTIATE_TEST_SUITE_P(Cards, Outside,
                         testing::Values("pkcs15-tc", "piv-tc", "../../cards/several-certificates.yaml",
                                         "../../cards/other-curves.yaml", "../../cards/with-last-update.yaml"));

TEST(OutsideReading, TellsOfEachFileThatAppearsGoesOrChanges) {
    const auto image = image_of("pkcs15-tc");
    const auto card = cards::open_image(image).value();
    const auto before = seen(*card).files;
    auto changed = image;
    for (auto& file : changed.document["files"])
        if (file.at("path") == "3F0050155032") file["content"] = file.at("content").get<std::string>() + "01";
    EXPECT_NE(seen(*cards::open_image(changed).value()).files, before);
    auto more = image;
    more.document["files"].push_back(
        {{"path", "3F0050154399"}, {"kind", "ef"}, {"acl", "011FFF"}, {"size", 4}, {"content", "01"}});
    EXPECT_EQ(seen(*cards::open_image(more).value()).files.size(), before.size() + 1) << "no directory names it";
}

TEST(OutsideReading, CountsTriesAndTellsAVerifiedPin) {
    auto image = image_of("pkcs15-tc");
    image.document["pins"][0]["tries"] = 2;
    image.document["pins"][1]["tries"] = 0;
    const auto card = cards::open_image(image).value();
    const auto transmit = to(*card);
    const CardView view = view_card(read_card_outside(transmit).value());
    EXPECT_EQ(view.tries.at(1), 2);
    EXPECT_EQ(view.tries.at(2), 0);
    Bytes verify = *from_hex("0020000308");
    append(verify, as_bytes("87654321"));
    ASSERT_EQ(to_hex(transmit(verify).value()), "9000");
    EXPECT_EQ(view_card(read_card_outside(transmit).value()).tries.at(3), CardChannel::kVerified);
}

TEST(OutsideReading, PutsAnswersInPiecesTogether) {
    std::vector<std::string> commands;
    std::vector<std::string> answers{"6C05", "0102036102", "04059000"};
    const CardChannel card([&](ByteView command) -> Result<Bytes> {
        commands.push_back(to_hex(command));
        const auto answer = answers.at(commands.size() - 1);
        return *from_hex(answer);
    });
    const auto whole = card.get(0xCA, 0x01, 0xA0).value();
    EXPECT_EQ(to_hex(whole.data), "0102030405");
    EXPECT_TRUE(whole.sw.ok());
    EXPECT_THAT(commands, testing::ElementsAre("00CA01A000", "00CA01A005", "00C0000002"));
}

TEST(OutsideReading, ACardOfNeitherKindIsRefused) {
    const auto card = read_card_outside([](ByteView) -> Result<Bytes> { return Bytes{0x6D, 0x00}; });
    ASSERT_FALSE(card);
    EXPECT_EQ(card.error().code, ErrorCode::unsupported);
}

/// Likeness rows: another card, what is said of it where pkcs15-tc is wanted.
struct Other {
    const char* image;
    std::map<std::string, std::string> certificates;
    const char* why;
};

void PrintTo(const Other& other, std::ostream* out) { *out << other.image << " " << other.why; }

class Likeness : public testing::TestWithParam<Other> {};

TEST_P(Likeness, SaysWhatDiffers) {
    CardSetup setup;
    setup.certificates = GetParam().certificates;
    const CardView has = view_card(image_of(GetParam().image, setup).document);
    EXPECT_EQ(why_unlike(has, view_card(image_of("pkcs15-tc").document), hierarchy(), kNow), GetParam().why);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Likeness,
    testing::Values(
        Other{"pkcs15-tc", {}, ""}, Other{"piv-tc", {}, "is a piv card where the case wants pkcs15"},
        Other{"../../cards/half-exchanged.yaml",
              {},
              "has one certificate on key 46 where the case wants one transport certificate"},
        Other{
            "pkcs15-tc",
            {{"46", "expired"}},
            "has one transport certificate that has expired on key 46 where the case wants one transport certificate"},
        Other{
            "pkcs15-tc",
            {{"45", "bad-signature"}},
            "has one transport certificate by a CA of others on key 45 where the case wants one transport certificate"},
        Other{
            "pkcs15-tc",
            {{"45", "of-another-card"}},
            "has one transport certificate of another card on key 45 where the case wants one transport certificate"}));

TEST(LikenessOfGuards, PinObjectsAndConsentCount) {
    const CardView wanted = view_card(image_of("pkcs15-tc").document);
    CardView has = wanted;
    has.keys[1].user_consent = !has.keys[1].user_consent;
    EXPECT_THAT(why_unlike(has, wanted, hierarchy(), kNow), HasSubstr("has key 46 under PIN 02"));
    has = wanted;
    has.pins.erase("02");
    EXPECT_EQ(why_unlike(has, wanted, hierarchy(), kNow),
              "has the PIN objects 01, FF (OP PIN) where the case wants the PIN objects 01, 02, FF (OP PIN)");
    has = wanted;
    has.last_update = "20240601000000Z";
    EXPECT_EQ(why_unlike(has, wanted, hierarchy(), kNow), "has a lastUpdate where the case wants no lastUpdate");
}

TEST(TestCard, IsWhatOurOwnCasSigned) {
    EXPECT_TRUE(is_test_card(view_card(image_of("pkcs15-tc").document), hierarchy()));
    EXPECT_TRUE(is_test_card(view_card(image_of("piv-tc").document), hierarchy()));
    EXPECT_FALSE(is_test_card(view_card(image_of("pkcs15-blank").document), hierarchy())) << "it may be anybody's";
    CardSetup strange, forged;
    strange.certificates["46"] = "untrusted";
    EXPECT_FALSE(is_test_card(view_card(image_of("pkcs15-tc", strange).document), hierarchy()));
    forged.certificates["46"] = "bad-signature";
    EXPECT_FALSE(is_test_card(view_card(image_of("pkcs15-tc", forged).document), hierarchy()))
        << "names alone prove nothing, and one certificate not for all";
}

}  // namespace
}  // namespace rakit::scenarios
