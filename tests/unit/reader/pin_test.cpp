#include <gtest/gtest.h>

#include "tests/unit/reader/bench_reader.hpp"
#include "virtual_cards/reader/features.hpp"

namespace rakit::reader {
namespace {

/// PIN_VERIFY_STRUCTURE: time-outs 5 s and 3 s, then the format, 4 to 8 digits, enter key; then the command.
std::string verify(std::string_view format, std::string_view block, std::string_view length, std::string_view command) {
    std::string text = "0503" + std::string(format) + std::string(block) + std::string(length) + "0804" + "02" + "01" +
                       "0904" + "00" + "000000";
    const auto size = command.size() / 2;
    return text + to_hex(Bytes{static_cast<std::uint8_t>(size), 0, 0, 0}) + std::string(command);
}

const std::string kAscii = verify("82", "08", "00", "0020000108FFFFFFFFFFFFFFFF");

/// PIN_MODIFY_STRUCTURE for old and new PIN of eight octets each, confirmed.
std::string modify(std::string_view confirm) {
    const std::string command = "0024000110FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
    return "0503820800"
           "00"
           "08"
           "0804" +
           std::string(confirm) +
           "02"
           "03"
           "0904"
           "000102"
           "000000"
           "15000000" +
           command;
}

struct FormatRow {
    const char* name;
    std::string structure;
    std::string sent;
};
class PinFormats : public testing::TestWithParam<FormatRow> {};

TEST_P(PinFormats, ReachTheCard) {
    BenchReader bench;
    bench.keys.typed = "12345E";
    EXPECT_EQ(to_hex(bench.reader.control(kVerifyPinDirect, hex(GetParam().structure)).octets), "9000");
    EXPECT_EQ(bench.contacts.sent, std::vector{GetParam().sent});
}

INSTANTIATE_TEST_SUITE_P(
    Rows, PinFormats,
    testing::Values(
        FormatRow{"ascii", kAscii, "00200001083132333435FFFFFF"},
        FormatRow{"ascii_right", verify("86", "08", "00", "0020000108FFFFFFFFFFFFFFFF"), "0020000108FFFFFF3132333435"},
        FormatRow{"bcd", verify("81", "08", "00", "0020000208FFFFFFFFFFFFFFFF"), "002000020812345FFFFFFFFFFF"},
        FormatRow{"format_2", verify("89", "47", "04", "002000030820FFFFFFFFFFFFFF"), "00200003082512345FFFFFFFFF"},
        FormatRow{"binary", verify("80", "08", "00", "0020000108FFFFFFFFFFFFFFFF"), "00200001080102030405FFFFFF"},
        FormatRow{"as_long_as_the_pin", verify("82", "00", "00", "0020000100"), "00200001053132333435"}),
    [](const auto& row) { return std::string(row.param.name); });

struct EntryRow {
    const char* name;
    std::optional<Fault> fault;
    const char* keys;
    const char* card;
    const char* back;
    std::size_t commands;
};
class VerifyPin : public testing::TestWithParam<EntryRow> {};

TEST_P(VerifyPin, Tells) {
    const auto& row = GetParam();
    BenchReader bench(row.fault);
    bench.keys.typed = row.keys;
    bench.contacts.answers = {hex(row.card)};
    EXPECT_EQ(to_hex(bench.reader.control(kVerifyPinDirect, hex(kAscii)).octets), row.back);
    EXPECT_EQ(bench.contacts.sent.size(), row.commands);
    EXPECT_EQ(bench.keys.operations, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, VerifyPin,
    testing::Values(
        EntryRow{"right", {}, "1234E", "9000", "9000", 1}, EntryRow{"wrong", {}, "1234E", "63C2", "63C2", 1},
        EntryRow{"cleared", {}, "99<1234E", "9000", "9000", 1}, EntryRow{"cancelled", {}, "12C", "9000", "6401", 0},
        EntryRow{"timed_out", {}, "12", "9000", "6400", 0}, EntryRow{"too_short", {}, "123E", "9000", "6403", 0},
        EntryRow{"too_long", {}, "123456789E", "9000", "6403", 0},
        EntryRow{"cancel_sends", Fault::cancel_is_empty_pin, "12C", "63C2", "63C2", 1},
        EntryRow{"time_out_as_cancel", Fault::timeout_is_cancel, "12", "9000", "6401", 0},
        EntryRow{"wrong_is_right", Fault::wrong_pin_is_right, "1234E", "63C2", "9000", 1},
        EntryRow{"tries_hidden", Fault::tries_hidden, "1234E", "63C2", "6300", 1},
        EntryRow{"any_length", Fault::any_pin_length_taken, "123E", "9000", "9000", 1}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Verify, TimeOutsAreTheRequests) {
    BenchReader bench;
    bench.keys.typed = "12";
    (void)bench.reader.control(kVerifyPinDirect, hex(kAscii));
    using std::chrono::milliseconds;
    EXPECT_EQ(bench.keys.bounds,
              (std::vector<milliseconds>{milliseconds(5000), milliseconds(3000), milliseconds(3000)}));
    EXPECT_EQ(bench.keys.display, "PIN **") << "digits are never shown";
}

TEST(Verify, UnformattedIsDigitsAsNumbers) {
    BenchReader bench(Fault::pin_unformatted);
    bench.keys.typed = "1234E";
    (void)bench.reader.control(kVerifyPinDirect, hex(kAscii));
    EXPECT_EQ(bench.contacts.sent.at(0), "002000010801020304FFFFFFFF");
}

TEST(Verify, AStructureThatIsNoneIsRefused) {
    for (const auto& structure : {std::string(), kAscii.substr(0, 20), kAscii + "00"}) {
        BenchReader bench;
        EXPECT_EQ(to_hex(bench.reader.control(kVerifyPinDirect, hex(structure)).octets), "6B80");
        EXPECT_TRUE(bench.contacts.sent.empty());
    }
}

struct ModifyRow {
    const char* name;
    std::optional<Fault> fault;
    const char* confirm;
    const char* keys;
    const char* back;
    const char* sent;
};
class ModifyPin : public testing::TestWithParam<ModifyRow> {};

TEST_P(ModifyPin, Tells) {
    const auto& row = GetParam();
    BenchReader bench(row.fault);
    bench.keys.typed = row.keys;
    EXPECT_EQ(to_hex(bench.reader.control(kModifyPinDirect, hex(modify(row.confirm))).octets), row.back);
    EXPECT_EQ(bench.contacts.sent.empty() ? "" : bench.contacts.sent[0], row.sent);
}

constexpr const char* kOldAndNew = "002400011031323334FFFFFFFF35363738FFFFFFFF";

INSTANTIATE_TEST_SUITE_P(
    Rows, ModifyPin,
    testing::Values(ModifyRow{"confirmed", {}, "03", "1234E5678E5678E", "9000", kOldAndNew},
                    ModifyRow{"unconfirmed", {}, "02", "1234E5678E", "9000", kOldAndNew},
                    ModifyRow{
                        "without_old", {}, "01", "5678E5678E", "9000", "0024000110FFFFFFFFFFFFFFFF35363738FFFFFFFF"},
                    ModifyRow{"mismatch", {}, "03", "1234E5678E5679E", "6402", ""},
                    ModifyRow{"mismatch_taken", Fault::mismatch_taken, "03", "1234E5678E5679E", "9000", kOldAndNew},
                    ModifyRow{"new_too_short", {}, "03", "1234E567E", "6403", ""},
                    ModifyRow{"cancelled", {}, "03", "1234EC", "6401", ""},
                    ModifyRow{"timed_out", {}, "03", "1234E5678E", "6400", ""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(PinPad, NeedsACard) {
    BenchReader bench;
    bench.reader.power(Power::off);
    EXPECT_EQ(bench.reader.control(kVerifyPinDirect, hex(kAscii)).outcome, Outcome::communication);
}

}  // namespace
}  // namespace rakit::reader
