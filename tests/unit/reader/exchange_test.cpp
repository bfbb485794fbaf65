#include <gtest/gtest.h>

#include <set>

#include "tests/unit/reader/bench_reader.hpp"

namespace rakit::reader {
namespace {

std::string run(std::string_view octet, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += octet;
    return text;
}

/// One command and its answer: what reaches the card with a fault, and what comes back.
struct BendRow {
    const char* name;
    Fault fault;
    std::string command;
    std::string card_says;
    std::vector<std::string> sent;
    std::string back;
};

class Bend : public testing::TestWithParam<BendRow> {};

TEST_P(Bend, RightWithoutTheFault) {
    const auto& row = GetParam();
    BenchReader bench;
    bench.contacts.answers = {hex(row.card_says)};
    const auto answered = bench.transmit(row.command);
    EXPECT_EQ(answered.outcome, Outcome::done);
    EXPECT_EQ(bench.contacts.sent, std::vector{row.command});
    EXPECT_EQ(to_hex(answered.octets), row.card_says);
    EXPECT_EQ(answered.overlong, 0U);
}

TEST_P(Bend, WrongWithIt) {
    const auto& row = GetParam();
    BenchReader bench(row.fault);
    bench.contacts.answers = {hex(row.card_says)};
    const auto answered = bench.transmit(row.command);
    EXPECT_EQ(answered.outcome, Outcome::done);
    EXPECT_EQ(bench.contacts.sent, row.sent);
    EXPECT_EQ(to_hex(answered.octets), row.back);
}

const std::string kRead = "8034000305";
const std::string kData = "8032000003000102";
const std::string kEcho = "803600030300010203";
const std::string kLongRead = "80000400000400";
const std::string kLongData = "80520000000BB8" + run("AB", 3000);

INSTANTIATE_TEST_SUITE_P(
    Rows, Bend,
    testing::Values(
        BendRow{"wrong_le", Fault::wrong_le, kRead, "0001029000", {"8034000304"}, "0001029000"},
        BendRow{"le_00", Fault::le_00_dropped, "8034010000", "AA9000", {"80340100"}, "AA9000"},
        BendRow{"lc_255",
                Fault::command_cut_at_254,
                "80320000FF" + run("11", 255),
                "9000",
                {"80320000FE" + run("11", 254)},
                "9000"},
        BendRow{"case_4", Fault::case_4_without_data, kEcho, "0001029000", {"8036000303"}, "0001029000"},
        BendRow{"chaining", Fault::chaining_broken, "905000000112", "9000", {"805000000112"}, "9000"},
        BendRow{"twice", Fault::sends_twice, kData, "9000", {kData, kData}, "9000"},
        BendRow{"extended_success", Fault::extended_refused_with_success, kLongRead, "AA9000", {}, "9000"},
        BendRow{"extended_cut",
                Fault::extended_command_cut,
                kLongData,
                "9000",
                {"80520000000800" + run("AB", 2048)},
                "9000"},
        BendRow{"256", Fault::cut_at_256, kLongRead, run("11", 300) + "9000", {kLongRead}, run("11", 256) + "9000"},
        BendRow{"128", Fault::cut_at_128, kRead, run("11", 200) + "9000", {kRead}, run("11", 128) + "9000"},
        BendRow{"last_octet", Fault::loses_last_octet, kRead, "0001029000", {kRead}, "00019000"},
        BendRow{"doubled", Fault::doubles_octet, kRead, "0001029000", {kRead}, "000001029000"},
        BendRow{"bit",
                Fault::flips_bit,
                kLongRead,
                run("00", 1024) + "9000",
                {kLongRead},
                run("00", 512) + "01" + run("00", 511) + "9000"},
        BendRow{"eats_61", Fault::eats_61, kRead, "0001026110", {kRead}, "0001029000"},
        BendRow{"eats_6c", Fault::eats_6c, kRead, "6C10", {kRead}, "6700"},
        BendRow{"always_9000", Fault::status_always_9000, kRead, "6A82", {kRead}, "9000"}),
    [](const auto& row) { return "_" + std::string(row.param.name); });

TEST(Exchange, AnswersThePreviousCommand) {
    BenchReader bench(Fault::answers_previous);
    bench.contacts.answers = {hex("019000"), hex("029000"), hex("039000")};
    EXPECT_EQ(to_hex(bench.transmit(kRead).octets), "019000");
    EXPECT_EQ(to_hex(bench.transmit(kRead).octets), "019000");
    EXPECT_EQ(to_hex(bench.transmit(kRead).octets), "029000");
}

TEST(Exchange, RepeatsTheFirstPartOfAChain) {
    BenchReader bench(Fault::repeats_first_part);
    bench.contacts.answers = {hex("6102"), hex("01026102"), hex("03049000")};
    EXPECT_EQ(to_hex(bench.transmit(kRead).octets), "6102");
    EXPECT_EQ(to_hex(bench.transmit("00C0000002").octets), "01026102");
    EXPECT_EQ(to_hex(bench.transmit("00C0000002").octets), "01029000");
}

TEST(Exchange, TellsALengthThatIsTooLong) {
    BenchReader bench(Fault::overlong_length);
    EXPECT_EQ(bench.transmit(kData).overlong, 0U);
    bench.contacts.answers = {Bytes(16, 0)};
    EXPECT_EQ(bench.transmit(kData).overlong, 16U);
}

TEST(Exchange, CommandsOfLessThanFourOctetsAreOfWrongLength) {
    for (const auto* command : {"", "00", "0000", "000000"}) {
        BenchReader bench;
        EXPECT_EQ(to_hex(bench.transmit(command).octets), "6700") << command;
        EXPECT_TRUE(bench.contacts.sent.empty()) << "one octet would be a control of the link";
        BenchReader wrong(Fault::short_command_taken);
        EXPECT_EQ(to_hex(wrong.transmit(command).octets), "9000") << command;
    }
}

TEST(Exchange, Case1CanBeRefused) {
    BenchReader bench(Fault::case_1_refused);
    EXPECT_EQ(bench.transmit("80300000").outcome, Outcome::communication);
    EXPECT_EQ(bench.transmit(kRead).outcome, Outcome::done);
}

TEST(Exchange, WhatTheLinkCantCarryFailsCleanly) {
    BenchReader bench;
    EXPECT_EQ(bench.reader.transmit(Bytes(65536, 1)).outcome, Outcome::communication);
    EXPECT_TRUE(bench.contacts.sent.empty());
    EXPECT_EQ(bench.transmit(kData).outcome, Outcome::done);
}

TEST(Exchange, AShortReaderRefusesAndGoesOn) {
    BenchReader bench;
    bench.reader.change([](Settings& settings) { settings.traits.short_only = true; });
    EXPECT_EQ(bench.transmit(kLongRead).outcome, Outcome::communication);
    EXPECT_EQ(bench.transmit(kRead).outcome, Outcome::done);
    bench.set(Fault::stuck_after_refusal);
    EXPECT_EQ(bench.transmit(kLongRead).outcome, Outcome::communication);
    EXPECT_EQ(bench.transmit(kRead).outcome, Outcome::communication);
}

TEST(Exchange, ABrokenOffAnswerIsAnErrorOnce) {
    for (const bool passes : {false, true}) {
        BenchReader bench;
        if (passes) bench.set(Fault::truncated_passes);
        bench.reader.change([](Settings& settings) { settings.truncate = true; });
        bench.contacts.answers = {hex("010203049000")};
        const auto answered = bench.transmit(kRead);
        EXPECT_EQ(answered.outcome, passes ? Outcome::done : Outcome::communication);
        EXPECT_EQ(to_hex(answered.octets), passes ? "010203" : "");
        EXPECT_EQ(bench.transmit(kRead).outcome, Outcome::done);
    }
}

TEST(Exchange, APinFilterStopsPinsOnly) {
    BenchReader bench;
    bench.reader.change([](Settings& settings) { settings.traits.pin_filter = true; });
    EXPECT_EQ(to_hex(bench.transmit("002000010431323334").octets), "6982");
    EXPECT_EQ(to_hex(bench.transmit("0024000104313233FF").octets), "6982");
    EXPECT_TRUE(bench.contacts.sent.empty());
    EXPECT_EQ(to_hex(bench.transmit("00200001").octets), "9000") << "asks for the tries only";
    bench.set(Fault::pin_filter_leaks);
    bench.contacts.sent.clear();
    EXPECT_EQ(to_hex(bench.transmit("002000010431323334").octets), "9000");
    EXPECT_EQ(bench.contacts.sent.size(), 1U);
}

TEST(Exchange, Time) {
    using std::chrono::milliseconds;
    BenchReader slow(Fault::slow_3_s);
    slow.transmit(kRead);
    EXPECT_EQ(slow.time.paused, milliseconds(3000));
    slow.transmit(kData);
    EXPECT_EQ(slow.time.paused, milliseconds(3000)) << "only commands without data";
    const auto total = [](Fault fault, int commands) {
        BenchReader bench(fault);
        for (int i = 0; i < commands; ++i) bench.transmit(kRead);
        return bench.time.paused;
    };
    EXPECT_EQ(total(Fault::hiccups, 80), milliseconds(100));
    EXPECT_EQ(total(Fault::stalls, 300), milliseconds(3000));
    BenchReader patient;
    patient.transmit(kRead);
    EXPECT_GT(patient.contacts.bounds.at(0), milliseconds(61000));
    BenchReader impatient(Fault::gives_up_waiting);
    impatient.transmit(kRead);
    EXPECT_EQ(impatient.contacts.bounds.at(0), milliseconds(900));
}

TEST(Exchange, FailsNowAndThen) {
    BenchReader bench(Fault::fails_now_and_then);
    int failures = 0;
    for (int i = 0; i < 1000; ++i) failures += bench.transmit(kRead).outcome == Outcome::communication ? 1 : 0;
    EXPECT_EQ(failures, 2);
}

TEST(Exchange, FailuresOfTheCard) {
    BenchReader bench;
    bench.contacts.failure = ErrorCode::card_mute;
    EXPECT_EQ(bench.transmit(kRead).outcome, Outcome::timeout);
    bench.contacts.failure = ErrorCode::card_removed;
    EXPECT_EQ(bench.transmit(kRead).outcome, Outcome::no_card);
    bench.set(Fault::answers_without_card);
    EXPECT_EQ(to_hex(bench.transmit(kRead).octets), "9000");
    bench.contacts.in = false;
    EXPECT_EQ(to_hex(bench.transmit(kRead).octets), "9000");
}

TEST(Faults, EachHasANameOfItsOwnAndACase) {
    std::set<std::string_view> names;
    for (std::size_t at = 0; at < faults().size(); ++at) {
        const auto& row = faults()[at];
        EXPECT_EQ(static_cast<std::size_t>(row.fault), at) << row.name;
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_FALSE(row.cases.empty()) << row.name;
        EXPECT_EQ(fault_from_name(row.name), row.fault);
    }
    EXPECT_GE(names.size(), 30U);
    EXPECT_FALSE(fault_from_name("no-such-fault"));
}

}  // namespace
}  // namespace rakit::reader
