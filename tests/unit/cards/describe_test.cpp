#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "common/base/file.hpp"
#include "common/document/document.hpp"
#include "tests/unit/cards/cards.hpp"
#include "virtual_cards/faults/fault_plan.hpp"
#include "virtual_cards/images/describe.hpp"

namespace rakit::cards::test {
namespace {

using ::testing::HasSubstr;

std::string text_of(const std::vector<Fact>& facts, const std::string& subject) {
    for (const auto& fact : facts)
        if (fact.subject.rfind(subject, 0) == 0) return fact.text;
    return "none";
}

TEST(Describe, SaysWhatACardHoldsAndNoSecret) {
    const auto facts = *describe(image_of("pkcs15-tc"));
    EXPECT_EQ(text_of(facts, "PIN 2"), "3 of 3 tries left, PUK 10 of 10");
    EXPECT_THAT(text_of(facts, "key 46"), HasSubstr("ec-p256"));
    EXPECT_THAT(text_of(facts, "key 46"), HasSubstr("PIN before every use"));
    EXPECT_THAT(text_of(facts, "file 3F00 5015 4403"), HasSubstr("read free, update PIN 1, delete PIN 3"));
    std::string all;
    for (const auto& fact : facts) all += fact.subject + fact.text;
    for (const auto* pin : {"111111", "222222", "87654321", "12345678"})
        EXPECT_EQ(all.find(pin), std::string::npos) << pin;
}

TEST(FactTree, PutsEachFactOnceBelowWhatItBelongsTo) {
    const std::vector<Fact> facts{
        {"card", "pkcs15"},
        {"certificate on key 45", "Anna Ek", "key 45"},
        {"key 45", "rsa-2048", "keys"},
        {"file 3F00", "DF", "files"},
        {"key 46", "ec-p256", "keys"},
        {"file 3F00 5015", "DF", "file 3F00"},
    };
    EXPECT_EQ(fact_tree(facts), (std::vector<std::string>{
                                    "card: pkcs15",
                                    "keys",
                                    "  key 45: rsa-2048",
                                    "    certificate on key 45: Anna Ek",
                                    "  key 46: ec-p256",
                                    "files",
                                    "  file 3F00: DF",
                                    "    5015: DF",
                                }));
    for (const auto* name : {"pkcs15-tc", "tester"}) {
        const auto all = *describe(image_of(name));
        std::size_t leaves = 0;
        for (const auto& line : fact_tree(all)) leaves += line.find(": ") != std::string::npos ? 1 : 0;
        EXPECT_EQ(leaves, all.size()) << name;
    }
}

TEST(Describe, NamesABrokenDirectory) {
    auto card = card_of("pkcs15-tc");
    (void)send(*card, kVerifyPin1);
    (void)send(*card, "00A4080C0450154403");
    (void)send(*card, "00D60000023082");
    EXPECT_EQ(text_of(*describe(card->snapshot()), "directory 3F00 5015 4403"), "can't be decoded to its end");
}

TEST(Differences, AreInWords) {
    auto card = card_of("pkcs15-tc");
    const auto before = card->snapshot();
    EXPECT_TRUE(differences(before, before)->empty());
    (void)send(*card, "0020000108393939393939FFFF");
    (void)send(*card, kVerifyPin2);
    EXPECT_EQ(
        *differences(before, card->snapshot()),
        (std::vector<std::string>{"PIN 1 was 3 of 3 tries left, PUK 10 of 10; is 2 of 3 tries left, PUK 10 of 10"}));
    (void)send(*card, kVerifyPin1);
    (void)send(*card, "00A4080C0450154302");
    (void)send(*card, "A0E40000");
    const auto lines = *differences(before, card->snapshot());
    EXPECT_THAT(lines, ::testing::Contains(HasSubstr("file 3F00 5015 4302 is gone")));
}

/// example finds a worked example in docs/formats/card.md by the comment in its first line.
document::Document example(const std::string& name) {
    const auto page = *read_file("docs/formats/card.md");
    const std::string text(as_text(page));
    const auto mark = "```yaml\n# example: " + name + "\n";
    const auto begin = text.find(mark);
    EXPECT_NE(begin, std::string::npos) << name;
    return document::read_document(name, text.substr(begin + 8, text.find("```", begin + 8) - begin - 8));
}

TEST(Documentation, ItsExamplesAreCards) {
    const auto recipe = example("card-recipe"), image = example("card-image"), fault = example("fault");
    const auto check = [](document::Document document, const char* schema) {
        document::check(document, nlohmann::json::parse(*read_file(std::string("docs/formats/schema/") + schema)));
        ASSERT_TRUE(document.findings.empty()) << to_string(document.findings[0]);
    };
    check(recipe, "card-recipe.schema.json");
    check(image, "card-image.schema.json");
    rakit::test::TestIssuer issuer;
    const auto made = personalise(recipe.value, {}, issuer);
    ASSERT_TRUE(made) << to_string(made.error());
    EXPECT_TRUE(open_image(*made));
    const auto opened = open_image({image.value});
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_EQ(send(**opened, "00CA01A014").substr(36), "00079000");
    EXPECT_TRUE(parse_fault(fault.value));
}

}  // namespace
}  // namespace rakit::cards::test
