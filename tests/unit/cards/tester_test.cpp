// docs/formats/tester-card.md, row by row. ISO/IEC 7816-4 sections 7.1.1 (SELECT), 7.5.6 (VERIFY), 7.5.10 (RESET RETRY
// COUNTER), 5.3.3 and 5.3.4 (chaining).
#include <nlohmann/json.hpp>

#include "tests/unit/cards/cards.hpp"
#include "virtual_cards/applets/tester/crc32.hpp"

namespace rakit::cards::test {
namespace {

const std::string kSelectOwn = "00A4040007F052414B495401";
const std::string kSelectHandlerTest = "00A4040006A000000018FF";
const std::string kVerify = "002000010431323334";
const std::string kWrong = "002000010439393939";

const std::vector<Row> kRows{
    {"select own", {}, kSelectOwn, "9000"},
    {"select HandlerTest's", {}, kSelectHandlerTest, "9000"},
    {"select, without answer", {}, "00A4040C07F052414B495401", "9000"},
    {"select another", {}, "00A4040005A000000003", "6A82"},
    {"select by identifier", {}, "00A40000023F00", "6A86"},
    {"select nothing", {}, "00A40400", "6700"},
    {"nothing selected", {}, "80300000", "6D00"},
    {"a failing SELECT leaves the selection", {kSelectOwn}, "8056000000", "9000"},
    {"class", {kSelectOwn}, "A0300000", "6E00"},
    {"own commands are the own AID's", {kSelectHandlerTest}, "8056000000", "6D00"},
    {"unknown INS", {kSelectOwn}, "80F00000", "6D00"},
    {"unknown interindustry INS", {kSelectOwn}, "00F00000", "6D00"},
    // HandlerTest
    {"case 1", {kSelectHandlerTest}, "80300000", "9000"},
    {"case 1 with P3", {kSelectHandlerTest}, "8030000000", "9000"},
    {"case 1 with data", {kSelectHandlerTest}, "8030000001AA", "6700"},
    {"case 2", {kSelectHandlerTest}, "8034000303", "0001029000"},
    {"case 2, other Le", {kSelectHandlerTest}, "8034000304", "6700"},
    {"case 2, 256", {kSelectHandlerTest}, "8034010000", "FDFEFF9000"},
    {"case 2, 257", {kSelectHandlerTest}, "8034010100", "6A86"},
    {"case 2, odd INS", {kSelectHandlerTest}, "8022000202", "00019000"},
    {"case 2, any Le", {kSelectHandlerTest}, "803C000304", "0001029000"},
    {"case 3", {kSelectHandlerTest}, "8032000003000102", "9000"},
    {"case 3, wrong octet", {kSelectHandlerTest}, "8032000003000109", "6A02"},
    {"case 3, nothing", {kSelectHandlerTest}, "80320000", "6700"},
    {"case 3, odd INS", {kSelectHandlerTest}, "80210000020001", "9000"},
    {"case 3, unbound", {kSelectHandlerTest}, "803A0000020001", "9000"},
    {"case 4 with Le",
     {kSelectHandlerTest},
     "80360003020001"
     "00",
     "0001029000"},
    {"case 4, T=0's way", {kSelectHandlerTest}, "80360003020001", "6103"},
    {"case 4, too much", {kSelectHandlerTest}, "80360101020001", "6A86"},
    {"case 4, nothing", {kSelectHandlerTest}, "8036000303", "6700"},
    {"case 4, wrong octet",
     {kSelectHandlerTest},
     "80360003020101"
     "00",
     "6A00"},
    {"case 4, unbound", {kSelectHandlerTest}, "803E000300", "0001029000"},
    {"GET RESPONSE of its class", {kSelectHandlerTest}, "80C0000003", "6D00"},
    {"time request", {kSelectHandlerTest}, "80380002", "9000"},
    {"PIN pad",
     {kSelectHandlerTest},
     "8020000004"
     "31323334",
     "9000"},
    {"PIN pad, wrong digit",
     {kSelectHandlerTest},
     "8020000004"
     "31323344",
     "6A03"},
    {"PIN pad, nothing", {kSelectHandlerTest}, "80200000", "6700"},
    {"extended case 2", {kSelectOwn}, "8000042A000003", "2A2A2A9000"},
    {"extended case 2, P1", {kSelectOwn}, "8000032A000003", "6A86"},
    {"extended case 2 with data", {kSelectOwn}, "8000042A01AA00", "6700"},
    {"extended case 3", {kSelectOwn}, "80120180000003000102", "9000"},
    {"extended case 3, P2", {kSelectOwn}, "80120181000003000102", "6A86"},
    // Own
    {"echo",
     {kSelectOwn},
     "8050000009"
     "313233343536373839"
     "00",
     "313233343536373839CBF439269000"},
    {"echo nothing", {kSelectOwn}, "8050000000", "000000009000"},
    {"echo, length and CRC",
     {kSelectOwn},
     "8050010009"
     "313233343536373839"
     "00",
     "00000009CBF439269000"},
    {"echo, so many",
     {kSelectOwn},
     "8050020004"
     "00000003"
     "00",
     "0001020854897F9000"},
    {"echo, too many",
     {kSelectOwn},
     "8050020004"
     "00010000"
     "00",
     "6A80"},
    {"echo, how many",
     {kSelectOwn},
     "8050020003"
     "000000"
     "00",
     "6700"},
    {"echo, P1", {kSelectOwn}, "8050030000", "6A86"},
    {"echo, P2", {kSelectOwn}, "8050000100", "6A86"},
    {"status", {kSelectOwn}, "80526F42", "6F42"},
    {"status, nothing waits", {kSelectOwn}, "80526110", "6110"},
    {"status with data", {kSelectOwn}, "8052628202AABB00", "AABB6282"},
    {"status that is none", {kSelectOwn}, "80526000", "6A86"},
    {"status that is none either", {kSelectOwn}, "80528000", "6A86"},
    {"delay", {kSelectOwn}, "8054EA60", "9000"},
    {"delay, too long", {kSelectOwn}, "8054EA61", "6A86"},
    {"counters, P2", {kSelectOwn}, "8056000100", "6A86"},
    {"counters with data", {kSelectOwn}, "8056000001AA00", "6700"},
    {"stamp", {kSelectOwn}, "8058000000", "000000019000"},
    {"stamp with data", {kSelectOwn, "8058000000"}, "8058000002AABB00", "00000002AABB9000"},
    {"stamp, P1", {kSelectOwn}, "8058010000", "6A86"},
    {"RAM, nothing there", {kSelectOwn}, "805A000000", "6A88"},
    {"RAM", {kSelectOwn, "805A010002CAFE"}, "805A000000", "CAFE9000"},
    {"RAM, write nothing", {kSelectOwn}, "805A0100", "6700"},
    {"RAM, read with data", {kSelectOwn}, "805A000001AA00", "6700"},
    {"RAM, P1", {kSelectOwn}, "805A020000", "6A86"},
    {"verify", {kSelectOwn}, kVerify, "9000"},
    {"verify, padded with FF", {kSelectOwn}, "002000010831323334FFFFFFFF", "9000"},
    {"verify, padded with 00", {kSelectOwn}, "00200001083132333400000000", "9000"},
    {"verify, BCD",
     {kSelectOwn},
     "0020000204"
     "1234FFFF",
     "9000"},
    {"verify, format 2",
     {kSelectOwn},
     "0020000308"
     "241234FFFFFFFFFF",
     "9000"},
    {"verify, not format 2",
     {kSelectOwn},
     "0020000308"
     "141234FFFFFFFFFF",
     "6A80"},
    {"verify, no digits",
     {kSelectOwn},
     "0020000104"
     "41424344",
     "6A80"},
    {"verify, wrong", {kSelectOwn}, kWrong, "63C2"},
    {"verify, other form", {kSelectOwn}, "0020000431", "6A88"},
    {"verify, P1",
     {kSelectOwn},
     "0020010104"
     "31323334",
     "6A86"},
    {"verify, too long",
     {kSelectOwn},
     "0020000111"
     "3131313131313131313131313131313131",
     "6700"},
    {"query", {kSelectOwn}, "00200001", "63C3"},
    {"query, verified", {kSelectOwn, kVerify}, "00200001", "9000"},
    {"PUK",
     {kSelectOwn},
     "002C010108"
     "3132333435363738",
     "9000"},
    {"PUK, wrong",
     {kSelectOwn},
     "002C010108"
     "3132333435363739",
     "63C9"},
    {"PUK, length",
     {kSelectOwn},
     "002C010104"
     "31323334",
     "6700"},
    {"PUK, P1",
     {kSelectOwn},
     "002C000108"
     "3132333435363738",
     "6A86"},
    {"PUK, form",
     {kSelectOwn},
     "002C010408"
     "3132333435363738",
     "6A88"},
};

TEST(Tester, EveryStatusWord) { check("tester", kRows); }

TEST(Tester, CrcIsThatOfIeee8023) {
    EXPECT_EQ(tester::crc32(as_bytes("123456789")), 0xCBF43926U);
    EXPECT_EQ(tester::crc32({}), 0U);
}

/// counters gives power-ons, cold resets, warm resets, APDUs, APDUs of the session, cause.
std::vector<std::uint32_t> counters(ImageCard& card) {
    (void)send(card, kSelectOwn);
    const auto answer = *from_hex(send(card, "8056000000"));
    std::vector<std::uint32_t> values;
    for (std::size_t i = 0; i + 4 <= answer.size() - 2; i += 4)
        values.push_back(static_cast<std::uint32_t>(answer[i]) << 24 | static_cast<std::uint32_t>(answer[i + 1]) << 16 |
                         static_cast<std::uint32_t>(answer[i + 2]) << 8 | answer[i + 3]);
    return values;
}

using Values = std::vector<std::uint32_t>;

TEST(Tester, TellsInsertionColdAndWarmReset) {
    auto card = card_of("tester");
    card->power_on();
    EXPECT_EQ(counters(*card), (Values{1, 0, 0, 2, 2, 1}));
    card->reset();
    EXPECT_EQ(counters(*card), (Values{1, 0, 1, 4, 2, 3}));
    card->power_off();
    card->power_on();
    EXPECT_EQ(counters(*card), (Values{2, 1, 1, 6, 2, 2}));
    card->power_off();
    card->remove();
    card->power_on();
    EXPECT_EQ(counters(*card), (Values{3, 1, 1, 8, 2, 1}));
    auto again = *open_image(card->snapshot());
    again->power_on();
    EXPECT_EQ(counters(*again), (Values{4, 1, 1, 10, 2, 1}));
}

TEST(Tester, ThePatternSurvivesAWarmResetOnly) {
    auto card = card_of("tester");
    const auto write = [&] {
        (void)send(*card, kSelectOwn);
        EXPECT_EQ(send(*card, "805A010002CAFE"), "9000");
    };
    const auto read = [&] {
        EXPECT_EQ(send(*card, "805A000000"), "6D00") << "a reset forgets the selection";
        (void)send(*card, kSelectOwn);
        return send(*card, "805A000000");
    };
    card->power_on();
    write();
    card->reset();
    EXPECT_EQ(read(), "CAFE9000");
    card->power_on();
    EXPECT_EQ(read(), "6A88");
    write();
    card->power_off();
    card->power_on();
    EXPECT_EQ(read(), "6A88");
}

TEST(Tester, AStampIsNeverGivenTwice) {
    auto card = card_of("tester");
    (void)send(*card, kSelectOwn);
    EXPECT_EQ(send(*card, "8058000000"), "000000019000");
    auto later = *open_image(card->snapshot());
    (void)send(*later, kSelectOwn);
    EXPECT_EQ(send(*later, "8058000000"), "000000029000");
}

TEST(Tester, TakesChainsAndExtendedLengths) {
    auto card = card_of("tester");
    (void)send(*card, kSelectOwn);
    EXPECT_EQ(send(*card,
                   "9050010004"
                   "31323334"),
              "9000");
    EXPECT_EQ(send(*card,
                   "8050010005"
                   "3536373839"
                   "00"),
              "00000009CBF439269000");
    Bytes data(65526);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 7);
    const auto whole = card->handle(concat({*from_hex("80500000 00 FFF6"), data, Bytes{0, 0}}));
    ASSERT_EQ(whole.bytes.size(), data.size() + 6);
    EXPECT_TRUE(equal_bytes(ByteView(whole.bytes).first(data.size()), data));
    const auto made = card->handle(*from_hex("80500200 00 0004 0000FFF9 0000"));
    EXPECT_EQ(made.bytes.size(), 65533U + 2U);
}

TEST(Tester, HandlerTestFetchesItsResponseInItsOwnClass) {
    auto card = card_of("tester");
    (void)send(*card, kSelectHandlerTest);
    EXPECT_EQ(send(*card, "80360003020001"), "6103");
    EXPECT_EQ(send(*card, "80C0000003"), "0001029000");
    EXPECT_EQ(send(*card, "802000000431323334"), "9000");
    EXPECT_EQ(send(*card, "8040000000"), "8020000004313233349000");
}

TEST(Tester, WaitsAsLongAsItIsTold) {
    auto card = card_of("tester");
    (void)send(*card, kSelectOwn);
    EXPECT_EQ(card->handle(*from_hex("8054EA60")).delay, std::chrono::seconds(60));
    EXPECT_EQ(card->handle(*from_hex("8038000A")).delay, std::chrono::seconds(1));
    EXPECT_EQ(card->handle(*from_hex("80300000")).delay, std::chrono::seconds(0));
}

TEST(Tester, ItsPinBlocksAndThePukHelps) {
    auto card = card_of("tester");
    (void)send(*card, kSelectOwn);
    for (const auto* expected : {"63C2", "63C1", "63C0", "6983"}) EXPECT_EQ(send(*card, kWrong), expected);
    EXPECT_EQ(send(*card, kVerify), "6983");
    EXPECT_EQ(send(*card, "002C0101083132333435363738"), "9000");
    EXPECT_EQ(card->pin_tries(1), 3);
    EXPECT_EQ(send(*card, kVerify), "9000");
}

}  // namespace
}  // namespace rakit::cards::test
