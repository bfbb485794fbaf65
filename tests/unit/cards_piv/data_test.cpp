#include <nlohmann/json.hpp>

#include "tests/unit/cards_piv/piv_cards.hpp"

namespace rakit::cards::test {
namespace {

const std::string kPutPrinted = command("00DB3FFF", "5C035FC10953020102", 0);
const std::string kPutChuid = command("00DB3FFF",
                                      "5C035FC1025303"
                                      "3E0100",
                                      0);

// SP 800-73-4 part 2 section 3.1.2 (GET DATA); which object wants the PIN: part 1 table 3.
const std::vector<Row> kGet{
    {"3.1.2 CHUID", {}, "00CB3FFF055C035FC10200", "9000"},
    {"3.1.2 CCC", {}, "00CB3FFF055C035FC10700", "9000"},
    {"3.1.2 discovery", {}, "00CB3FFF035C017E00", "9000"},
    {"3.1.2 P1P2", {}, "00CB3F00055C035FC10200", "6A86"},
    {"3.1.2 no such object", {}, "00CB3FFF055C035FC1FE00", "6A82"},
    {"3.1.2 nothing in it", {}, "00CB3FFF055C035FC10100", "6A82"},
    {"3.1.2 biometric group template", {}, "00CB3FFF045C027F6100", "6A82"},
    {"3.1.2 no tag list", {}, "00CB3FFF00", "6A80"},
    {"3.1.2 another template",
     {},
     "00CB3FFF05"
     "53035FC10200",
     "6A80"},
    {"3.1.2 empty tag", {}, "00CB3FFF025C0000", "6A80"},
    {"3.1.2 tag of four", {}, "00CB3FFF065C045FC1020000", "6A80"},
    {"3.1.2 octets behind", {}, "00CB3FFF065C035FC1020000", "6A80"},
    {"3.1.2 printed information without PIN", {"@manage", kPutPrinted}, "00CB3FFF055C035FC10900", "6982"},
    {"3.1.2 printed information", {"@manage", kPutPrinted, kVerify}, "00CB3FFF055C035FC10900", "530201029000"},
    {"3.1.2 fingerprints without PIN", {}, "00CB3FFF055C035FC10300", "6982"},
    {"3.1.2 facial image without PIN", {}, "00CB3FFF055C035FC10800", "6982"},
    {"3.1.2 iris images without PIN", {}, "00CB3FFF055C035FC12100", "6982"},
    {"3.1.2 pairing code without PIN", {}, "00CB3FFF055C035FC12300", "6982"},
    {"3.1.2 iris images, none there", {kVerify}, "00CB3FFF055C035FC12100", "6A82"},
};

// SP 800-73-4 part 2 section 3.3.1 (PUT DATA).
const std::vector<Row> kPut{
    {"3.3.1 done", {"@manage"}, kPutChuid, "9000"},
    {"3.3.1 read back", {"@manage", kPutChuid}, "00CB3FFF055C035FC10200", "53033E01009000"},
    {"3.3.1 without the management key", {}, kPutChuid, "6982"},
    {"3.3.1 the PIN doesn't do", {kVerify}, kPutChuid, "6982"},
    {"3.3.1 P1P2", {"@manage"}, command("00DB0000", "5C035FC1025300", 0), "6A86"},
    {"3.3.1 no container", {"@manage"}, command("00DB3FFF", "5C035FC102", 0), "6A80"},
    {"3.3.1 octets behind", {"@manage"}, command("00DB3FFF", "5C035FC102530000", 0), "6A80"},
    {"3.3.1 no tag", {"@manage"}, command("00DB3FFF", "5300", 0), "6A80"},
    {"3.3.1 no such object", {"@manage"}, command("00DB3FFF", "5C035FC1FE530100", 0), "6A81"},
    {"3.3.1 the discovery object is the card's", {"@manage"}, command("00DB3FFF", "7E00", 0), "6A81"},
    {"3.3.1 empty deletes", {"@manage", command("00DB3FFF", "5C035FC1025300", 0)}, "00CB3FFF055C035FC10200", "6A82"},
    {"3.3.1 a retired certificate", {"@manage"}, command("00DB3FFF", "5C035FC120530100", 0), "9000"},
    {"3.3.1 a vendor's object", {"@manage"}, command("00DB3FFF", "5C035FFF10530100", 0), "9000"},
    {"3.3.1 too large",
     {"@manage"},
     command("00DB3FFF", "5C035FC102" + tlv(0x53, std::string(2 * 60000, '0')), 0),
     "6A84"},
};

TEST(PivData, EveryStatusWordOfGetData) { check_piv("piv-tc", kGet); }
TEST(PivData, EveryStatusWordOfPutData) { check_piv("piv-tc", kPut); }

// Section 2.4.2 and 3.3.1: an object comes in a chain.
TEST(PivData, ComesInAChain) {
    auto card = card_of("piv-blank");
    (void)send(*card, kSelect);
    EXPECT_EQ(manage(*card), "9000");
    const auto content = to_hex(SeededRng(1, "object").bytes(1000));
    const auto data = "5C035FC105" + tlv(0x53, content);
    for (std::size_t at = 0; at < data.size(); at += 2 * 200) {
        const bool last = at + 2 * 200 >= data.size();
        EXPECT_EQ(send(*card, command(last ? "00DB3FFF" : "10DB3FFF", data.substr(at, 2 * 200), 0)), "9000");
    }
    EXPECT_EQ(send(*card, command("00CB3FFF", "5C035FC105", 65536)), tlv(0x53, content) + "9000");
    const auto again = *open_image(card->snapshot());
    (void)send(*again, kSelect);
    EXPECT_EQ(send(*again, command("00CB3FFF", "5C035FC105", 65536)), tlv(0x53, content) + "9000");
}

TEST(PivData, MemoryThatIsFullStaysUsable) {
    auto image = image_of("piv-blank");
    image.document["memory"] = 3000;
    auto card = *open_image(image);
    (void)send(*card, kSelect);
    (void)manage(*card);
    const auto put = [&](const std::string& tag, std::size_t size) {
        return send(*card, command("00DB3FFF", "5C03" + tag + tlv(0x53, std::string(2 * size, 'A')), 0));
    };
    EXPECT_EQ(put("5FC105", 1500), "9000");
    EXPECT_EQ(put("5FC10A", 1500), "6A84");
    EXPECT_EQ(put("5FC105", 1600), "9000");  // what it replaces counts as free
}

// docs/formats/card.md, faults: memory failure, no space, and a write torn in its middle.
TEST(PivData, FaultsStrikeWrites) {
    const auto put = command("00DB3FFF",
                             "5C035FC105"
                             "5304AABBCCDD",
                             0);
    const auto get = command("00CB3FFF", "5C035FC105");
    const auto after = [&](const nlohmann::json& fault) {
        auto card = card_of("piv-blank");
        (void)send(*card, kSelect);
        (void)manage(*card);
        EXPECT_TRUE(card->arm(fault));
        const auto answer = send(*card, put);
        card->power_on();
        (void)send(*card, kSelect);
        return answer + " " + send(*card, get);
    };
    EXPECT_EQ(after({{"kind", "memory-failure"}}), "6581 6A82");
    EXPECT_EQ(after({{"kind", "no-space"}}), "6A84 6A82");
    EXPECT_EQ(after({{"kind", "tear-within"}, {"octets", 2}}), "gone 5302AABB9000");
    EXPECT_EQ(after({{"kind", "tear-before"}}), "gone 6A82");
    EXPECT_EQ(after({{"kind", "tear-after"}}), "gone 5304AABBCCDD9000");
}

}  // namespace
}  // namespace rakit::cards::test
