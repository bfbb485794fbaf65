#include <gtest/gtest.h>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/base/file.hpp"
#include "common/base/result.hpp"
#include "common/base/rng.hpp"
#include "common/base/secret.hpp"
#include "common/base/temporary_folder.hpp"

namespace rakit {
namespace {

struct Base64Row {
    std::string plain;
    std::string encoded;
};

// RFC 4648 section 10.
const std::vector<Base64Row> kBase64Rows{{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="},
                                         {"fooba", "Zm9vYmE="},
                                         {"foobar", "Zm9vYmFy"}};

TEST(Base64, AgreesWithRfc4648) {
    for (const auto& row : kBase64Rows) {
        EXPECT_EQ(to_base64(as_bytes(row.plain)), row.encoded);
        EXPECT_EQ(from_base64(row.encoded), to_bytes(row.plain)) << row.encoded;
    }
}

TEST(Base64, RefusesWhatIsNot) {
    for (const auto* text : {"Z", "Zg=", "Zg===", "Z=g=", "Zm9v!", "Zm9vZ", "===="})
        EXPECT_FALSE(from_base64(text)) << text;
}

TEST(Hex, RoundTripsAndRefuses) {
    EXPECT_EQ(to_hex(Bytes{0x00, 0xA4, 0xFF}), "00A4FF");
    EXPECT_EQ(from_hex("00 a4 FF"), (Bytes{0x00, 0xA4, 0xFF}));
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0 0"));
    EXPECT_FALSE(from_hex("0G"));
}

TEST(ErrorCode, NamesAreFoundAgain) {
    for (const auto& row : error_codes()) EXPECT_EQ(error_code_from_name(row.name), row.code);
    EXPECT_EQ(info(ErrorCode::tc_already_used).number, 1052);
    EXPECT_EQ(info(ErrorCode::pop_failed).cmc_fail_info, 9);
    EXPECT_FALSE(error_code_from_name("no_such_code"));
}

TEST(Error, PrintsOneLineWithItsAddress) {
    Error error{ErrorCode::pin_wrong, "2 tries left", {}, "INS 20 SW 63C2", "enter the PIN again", "45"};
    EXPECT_EQ(to_string(std::move(error).in("PIN 1").in("update")),
              "pin_wrong: key 45: update: PIN 1: 2 tries left, INS 20 SW 63C2, enter the PIN again");
}

TEST(Result, ChainsAndStops) {
    const auto half = [](int n) -> Result<int> {
        if (n % 2 != 0) return fail(ErrorCode::usage, "odd");
        return n / 2;
    };
    EXPECT_EQ(*Result<int>(8).and_then(half).and_then(half), 2);
    EXPECT_EQ(Result<int>(6).and_then(half).and_then(half).error().detail, "odd");
    EXPECT_EQ(*Result<int>(6).transform([](int n) { return std::to_string(n); }), "6");
    EXPECT_DEATH((void)*Result<int>(fail(ErrorCode::usage, "x")), "");
}

TEST(Clock, Iso8601RoundTripsAndRefuses) {
    const auto time = from_iso8601("2024-02-29T23:59:58Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(to_iso8601(*time), "2024-02-29T23:59:58Z");
    for (const auto* text : {"2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01 00:00:00Z",
                             "2024-01-01T00:00:00", "2024-13-01T00:00:00Z"})
        EXPECT_FALSE(from_iso8601(text)) << text;
}

TEST(SeededRng, RepeatsBySeedAndLabel) {
    EXPECT_EQ(SeededRng(1, "a").bytes(100), SeededRng(1, "a").bytes(100));
    EXPECT_NE(SeededRng(1, "a").bytes(100), SeededRng(2, "a").bytes(100));
    EXPECT_NE(SeededRng(1, "a").bytes(100), SeededRng(1, "b").bytes(100));
    SeededRng pieces(7, "x");
    auto joined = pieces.bytes(5);
    append(joined, pieces.bytes(60));
    EXPECT_EQ(joined, SeededRng(7, "x").bytes(65));
}

TEST(Pin, NeverShowsADigit) { EXPECT_EQ(to_string(Pin("123456")), "<pin, 6 digits>"); }

TEST(File, IsWrittenWholeOrNotAtAll) {
    const auto own = *TemporaryFolder::make(std::filesystem::temp_directory_path(), "rakit-base-test");
    const auto& folder = own.path();
    ASSERT_TRUE(write_file_atomically(folder / "a", as_bytes("one"), 0600));
    ASSERT_TRUE(write_file_atomically(folder / "a", as_bytes("two"), 0600));
    EXPECT_EQ(as_text(*read_file(folder / "a")), "two");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
    EXPECT_EQ(write_file_atomically(folder / "none" / "a", as_bytes("x")).error().code, ErrorCode::file_unwritable);
    EXPECT_EQ(read_file(folder / "b").error().code, ErrorCode::file_unreadable);
    EXPECT_EQ(read_file(folder / "a", 2).error().code, ErrorCode::file_unreadable);
}

TEST(File, WritesThroughWhatIsNoFile) {
    const auto own = *TemporaryFolder::make(std::filesystem::temp_directory_path(), "rakit-through-test");
    const auto& folder = own.path();
    std::filesystem::create_symlink("/dev/full", folder / "full");
    std::filesystem::create_symlink("/dev/null", folder / "null");
    std::filesystem::create_symlink(folder / "plain", folder / "link");
    EXPECT_EQ(write_file_atomically(folder / "full", as_bytes("x")).error().code, ErrorCode::file_unwritable);
    EXPECT_TRUE(write_file_atomically(folder / "null", as_bytes("x")));
    EXPECT_TRUE(write_file_atomically(folder / "link", as_bytes("longer")));
    EXPECT_TRUE(write_file_atomically(folder / "link", as_bytes("x")));
    for (const char* name : {"full", "null", "link"}) EXPECT_TRUE(std::filesystem::is_symlink(folder / name)) << name;
    EXPECT_EQ(as_text(*read_file(folder / "plain")), "x");
}

}  // namespace
}  // namespace rakit
