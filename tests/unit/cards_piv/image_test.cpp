#include <nlohmann/json.hpp>

#include "common/base/file.hpp"
#include "common/base/temporary_folder.hpp"
#include "tests/unit/cards_piv/piv_cards.hpp"
#include "virtual_cards/images/describe.hpp"

namespace rakit::cards::test {
namespace {

const char* kRecipe = R"(kind: card-recipe
version: 1
profile: piv
serial: "0102"
firmware: "5.2.7"
pins:
  - {reference: 128, value: "654321", tries: 5, tries_left: 2}
  - {reference: 129, value: "abcdefgh"}
  - {reference: 0, value: "111111"}
management_key: {algorithm: aes-128, value: "000102030405060708090A0B0C0D0E0F"}
keys:
  - slot: "82"
    type: ec-p384
    pin_policy: never
    generated: false
    certificates:
      - {issuer: stranger, common_name: Old, not_before: "2020-01-01T00:00:00Z", not_after: "2021-01-01T00:00:00Z"}
objects:
  - {tag: "5FC109", content: "0102"}
faults:
  - {kind: status, ins: "FD", sw: "6F00"}
)";

Result<Image> make(const std::string& text) {
    const auto folder = *TemporaryFolder::make(std::filesystem::temp_directory_path(), "piv");
    const auto file = folder.path() / "recipe.yaml";
    EXPECT_TRUE(write_file_atomically(file, as_bytes(text), 0600));
    rakit::test::TestIssuer issuer;
    return make_image(file.string(), {}, issuer);
}

TEST(PivRecipe, SaysWhatTheCardIs) {
    const auto image = make(kRecipe);
    ASSERT_TRUE(image) << to_string(image.error());
    auto card = *open_image(*image);
    EXPECT_EQ(card->serial(), "00000000000000000000000000000102");
    EXPECT_EQ(card->pin_tries(0x80), 2);
    EXPECT_EQ(card->pin_tries(0x00), 3);
    (void)send(*card, kSelect);
    EXPECT_EQ(send(*card, "00FD000000"), "6F00");
    EXPECT_EQ(send(*card, "00FD000000"), "0502079000");
    EXPECT_EQ(send(*card, kWrongPin), "63C1");
    EXPECT_EQ(send(*card, "0020000008313131313131FFFF"), "9000");
    EXPECT_EQ(send(*card, "00CB3FFF055C035FC10900"), "530201029000");
    EXPECT_EQ(send(*card, "00CB3FFF055C035FC10C00"), "530AC10101C20100F300FE009000");
    EXPECT_EQ(manage(*card, {"08", "aes-128-ecb", "000102030405060708090A0B0C0D0E0F"}), "9000");
    EXPECT_EQ(send(*card, "002C0080106162636465666768363636363636FFFF"), "9000");
}

TEST(PivRecipe, WhatIsWrongIsFoundAtItsPlace) {
    const auto finding = [](std::string text, const std::string& from, const std::string& to) {
        text.replace(text.find(from), from.size(), to);
        const auto image = make(text);
        if (image) return std::string("made");
        const auto detail = image.error().detail;
        return detail.substr(detail.find("recipe.yaml"));
    };
    const std::pair<std::pair<std::string, std::string>, std::string> rows[] = {
        {{"profile: piv", "profile: pvi"}, "recipe.yaml:3:10: "},
        {{"reference: 129", "reference: 128"}, "recipe.yaml:8:17: two PINs with this reference"},
        {{"tries_left: 2", "tries_left: 6"}, "recipe.yaml:7:61: more tries left than there are"},
        {{"slot: \"82\"", "slot: \"9B\""}, "recipe.yaml:12:11: "},
        {{"aes-128", "aes-256"}, "recipe.yaml:10:45: not a key of its algorithm's length"},
        {{"2021-01-01", "2019-01-01"}, "recipe.yaml:17:93: the validity ends before it begins"},
        {{"common_name: Old", "common_name: Old, key: \"9A\""}, "recipe.yaml:17:51: there is no key"},
        {{"generated: false", "generatd: false"}, "recipe.yaml:15:15: unknown key 'generatd'"},
        {{"tag: \"5FC109\"", "tag: \"5FC1FF\""}, "recipe.yaml:19:3: objects: object 5FC1FF is none of a PIV card's"},
    };
    for (const auto& [change, expected] : rows) {
        const auto found = finding(kRecipe, change.first, change.second);
        EXPECT_EQ(found.substr(0, expected.size()), expected) << found;
    }
}

TEST(PivImage, WhatTheSchemaCannotSayIsRefused) {
    const auto refused = [](auto change) {
        auto image = image_of("piv-tc");
        change(image.document);
        const auto card = open_image(image);
        return card ? std::string("opened") : card.error().detail;
    };
    EXPECT_EQ(refused([](auto& image) { image["keys"][0]["type"] = "rsa-1024"; }), "not a PKCS#8 key of its type");
    EXPECT_EQ(refused([](auto& image) { image["keys"][0]["key"] = "0"; }), "'key' is not hex");
    EXPECT_EQ(refused([](auto& image) { image["keys"].push_back(image["keys"][0]); }), "two keys in one slot");
    EXPECT_EQ(refused([](auto& image) { image["memory"] = 300; }), "the memory limit is passed");
    EXPECT_EQ(refused([](auto& image) { image["objects"][0]["tag"] = "5FC1F0"; }), "a PIV card has no such object");
    EXPECT_EQ(refused([](auto& image) { image["objects"].push_back(image["objects"][0]); }), "there twice");
    EXPECT_EQ(refused([](auto& image) { image["management_key"]["algorithm"] = "aes-256"; }),
              "not a key of its algorithm's length, in hex");
}

// Everything that a host did is there in the snapshot and after it.
TEST(PivImage, SurvivesSnapshotAndRestore) {
    auto card = card_of("piv-tc");
    (void)send(*card, kSelect);
    EXPECT_EQ(manage(*card), "9000");
    for (const auto& done : {command("0047009E", "AC09800111AA0101AB0103"), command("00DB3FFF", "5C035FC1095301AA", 0),
                             std::string("0024008010313233343536FFFF363534333231FFFF")})
        prepare(*card, done, "prepare");
    EXPECT_EQ(send(*card, kWrongPin), "63C2");
    const auto image = card->snapshot();
    auto again = *open_image(image);
    EXPECT_EQ(again->snapshot(), image);
    EXPECT_EQ(again->pin_tries(0x80), 2);
    (void)send(*again, kSelect);
    EXPECT_EQ(send(*again, "00F7009E00").substr(0, 20),
              "010111"
              "02020103"
              "030101");
    EXPECT_EQ(send(*again, "00CB3FFF055C035FC10900"), "6982");
    EXPECT_EQ(send(*again, "0020008008363534333231FFFF"), "9000");
    EXPECT_EQ(send(*again, "00CB3FFF055C035FC10900"), "5301AA9000");
}

std::string text_of(const std::vector<Fact>& facts, const std::string& subject) {
    for (const auto& fact : facts)
        if (fact.subject == subject) return fact.text;
    return "";
}

TEST(PivDescription, NamesWhatACardHolds) {
    const auto facts = *describe(image_of("piv-tc"));
    EXPECT_EQ(text_of(facts, "PIN"), "3 of 3 tries left");
    EXPECT_EQ(text_of(facts, "PUK"), "3 of 3 tries left");
    EXPECT_EQ(text_of(facts, "management key"), "3des, the factory's");
    EXPECT_EQ(text_of(facts, "key in slot 9A").substr(0, 8), "rsa-2048");
    EXPECT_NE(text_of(facts, "key in slot 9C").find("PIN always, touch never, generated on the card"),
              std::string::npos);
    EXPECT_NE(text_of(facts, "certificate in slot 9A").find("Transport authentication"), std::string::npos);
    EXPECT_NE(text_of(facts, "certificate in slot F9").find("PIV attestation"), std::string::npos);
    EXPECT_EQ(text_of(facts, "card").substr(0, 5), "GUID ");
    for (const auto& fact : facts) EXPECT_EQ(fact.text.find("0102030405060708"), std::string::npos) << fact.text;
}

TEST(PivDescription, SaysWhatChanged) {
    auto card = card_of("piv-tc");
    (void)send(*card, kSelect);
    (void)send(*card, kWrongPin);
    (void)manage(*card);
    (void)send(*card, command("00DB3FFF", "5C035FC1055300", 0));
    const auto lines = *differences(image_of("piv-tc"), card->snapshot());
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_NE(lines[0].find("octets free"), std::string::npos);
    EXPECT_EQ(lines[1], "PIN was 3 of 3 tries left; is 2 of 3 tries left");
    EXPECT_EQ(lines[2].substr(0, 35), "certificate in slot 9A is gone: 01" + lines[2].substr(34, 1));
    EXPECT_EQ(lines[3].substr(0, 29), "object 5FC105 is gone: Certif");
}

}  // namespace
}  // namespace rakit::cards::test
