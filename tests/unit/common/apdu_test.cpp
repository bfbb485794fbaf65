#include <gtest/gtest.h>

#include "common/iso7816/apdu.hpp"
#include "common/iso7816/atr.hpp"

namespace rakit::iso7816 {
namespace {

struct CaseRow {
    const char* name;
    std::string bytes;
    std::size_t nc;
    std::size_t ne;
    bool extended;
};

// ISO/IEC 7816-4 section 5.1: cases 1, 2S, 3S, 4S, 2E, 3E, 4E.
const std::vector<CaseRow> kCases{
    {"1", "00A40000", 0, 0, false},
    {"2S", "00B0000010", 0, 16, false},
    {"2S, Le 00", "00B0000000", 0, 256, false},
    {"3S", "00D6000002AABB", 2, 0, false},
    {"4S", "00A4040002AABB00", 2, 256, false},
    {"2E", "00B00000000100", 0, 256, true},
    {"2E, Le 0000", "00B00000000000", 0, 65536, true},
    {"3E", "00D60000000002AABB", 2, 0, true},
    {"4E", "00A40400000002AABB0000", 2, 65536, true},
};

TEST(CommandApdu, EveryCaseIsReadAndWrittenAgain) {
    for (const auto& row : kCases) {
        const auto bytes = *from_hex(row.bytes);
        const auto command = parse_command(bytes);
        ASSERT_TRUE(command) << row.name;
        EXPECT_EQ(command->data.size(), row.nc) << row.name;
        EXPECT_EQ(command->ne, row.ne) << row.name;
        EXPECT_EQ(command->extended, row.extended) << row.name;
        EXPECT_EQ(encode(*command), bytes) << row.name;
    }
}

TEST(CommandApdu, RefusesOtherLengths) {
    for (const auto* hex : {"", "00", "00A400", "00D6000003AABB", "00D600000200AABBCCDD", "00D60000000003AABB",
                            "00D60000000002AABB00", "00D600000000000000", "00D6000000AA"})
        EXPECT_FALSE(parse_command(*from_hex(hex))) << hex;
}

TEST(CommandApdu, BecomesExtendedOnlyWhenItMust) {
    CommandApdu command{0, 0xD6, 0, 0, Bytes(255), 0, false};
    EXPECT_EQ(encode(command).size(), 5U + 255U);
    command.data.resize(256);
    EXPECT_EQ(encode(command).size(), 7U + 256U);
}

TEST(ResponseApdu, UnderTwoOctetsTheCardIsGone) {
    EXPECT_EQ(parse_response({}).error().code, ErrorCode::card_removed);
    EXPECT_EQ(parse_response(Bytes{0x90}).error().code, ErrorCode::card_removed);
    EXPECT_TRUE(parse_response(Bytes{0x90, 0x00})->sw.ok());
}

TEST(StatusWord, Queries) {
    EXPECT_EQ(StatusWord(0x63C2).tries_left(), 2);
    EXPECT_FALSE(StatusWord(0x6300).tries_left());
    EXPECT_TRUE(StatusWord(0x6110).more());
    EXPECT_TRUE(StatusWord(0x6C10).wrong_le());
    EXPECT_EQ(to_string(StatusWord(0x6A82)), "6A82");
}

TEST(Atr, ReadsTheProjectsCards) {
    const auto oseid = parse_atr(*from_hex("3B 85 80 01 4F 73 45 49 44 70"));
    ASSERT_TRUE(oseid);
    EXPECT_EQ(as_text(oseid->historical), "OsEID");
    EXPECT_TRUE(oseid->t0 && oseid->t1);
    EXPECT_TRUE(parse_atr(*from_hex("3B 8B 80 01 80 F9 A0 00 00 03 08 00 00 10 00 C8")));
    EXPECT_TRUE(parse_atr(*from_hex("3B00")));
    EXPECT_EQ(named_application(*from_hex("3B 8B 80 01 80 F9 A0 00 00 03 08 00 00 10 00 C8")),
              from_hex("A00000030800001000"));
    EXPECT_EQ(named_application(*from_hex("3B 85 80 01 4F 73 45 49 44 70")), std::nullopt);
    EXPECT_EQ(named_application(*from_hex("3BFD1300008131FE158073C021C057597562694B657940")), std::nullopt);
}

TEST(Atr, RefusesWrongOnes) {
    for (const auto* hex : {"3B", "4B00", "3B8580014F73454944", "3B8580014F7345494471", "3B10", "3B0000"})
        EXPECT_FALSE(parse_atr(*from_hex(hex))) << hex;
}

}  // namespace
}  // namespace rakit::iso7816
