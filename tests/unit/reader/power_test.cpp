#include <gtest/gtest.h>

#include "tests/unit/reader/bench_reader.hpp"

namespace rakit::reader {
namespace {

using Steps = std::vector<std::string>;
using std::chrono::milliseconds;

TEST(Power, ColdAndWarm) {
    BenchReader bench;
    EXPECT_EQ(to_hex(bench.reader.power(Power::reset).octets), "3B88800152414B49542D543104");
    EXPECT_EQ(bench.contacts.done, Steps{"reset"});
    bench.contacts.done.clear();
    bench.reader.power(Power::off);
    bench.reader.power(Power::reset);
    EXPECT_EQ(bench.contacts.done, (Steps{"off", "on"})) << "without power there is no warm reset";
}

struct PowerRow {
    const char* name;
    Fault fault;
    Steps after_reset;
    Steps after_off_and_on;
};
class WrongPower : public testing::TestWithParam<PowerRow> {};

TEST_P(WrongPower, Does) {
    BenchReader bench(GetParam().fault);
    EXPECT_EQ(bench.reader.power(Power::reset).outcome, Outcome::done);
    EXPECT_EQ(bench.contacts.done, GetParam().after_reset);
    bench.contacts.done.clear();
    bench.reader.power(Power::off);
    EXPECT_EQ(bench.reader.power(Power::on).outcome, Outcome::done);
    EXPECT_EQ(bench.contacts.done, GetParam().after_off_and_on);
}

INSTANTIATE_TEST_SUITE_P(Rows, WrongPower,
                         testing::Values(PowerRow{"no_warm_reset", Fault::no_warm_reset, {}, {"off", "on"}},
                                         PowerRow{"cold_for_warm", Fault::cold_for_warm, {"off", "on"}, {"off", "on"}},
                                         PowerRow{"warm_for_cold", Fault::warm_for_cold, {"reset"}, {"reset"}}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Power, LeavingResetsOnlyWhereThatIsTheFault) {
    BenchReader bench;
    bench.reader.left();
    EXPECT_TRUE(bench.contacts.done.empty());
    bench.set(Fault::resets_on_leave);
    bench.reader.left();
    EXPECT_EQ(bench.contacts.done, Steps{"reset"});
}

TEST(Power, IdlenessCostsThePowerOnlyWhereThatIsTheFault) {
    for (const bool wrong : {false, true}) {
        BenchReader bench;
        if (wrong) bench.set(Fault::powers_off_when_idle);
        bench.transmit("80300000");
        bench.time.at += milliseconds(2001);
        bench.transmit("80300000");
        EXPECT_EQ(bench.contacts.done, wrong ? (Steps{"off", "on"}) : Steps{});
    }
}

TEST(Power, AtrsThatAreNone) {
    struct Row {
        const char* atr;
        std::optional<Fault> fault;
        Outcome outcome;
        const char* given;
    };
    const std::string long_one = "3B88800152414B49542D543104" + std::string(60, '0');
    const Row rows[] = {
        {"", std::nullopt, Outcome::power, ""},
        {"", Fault::mute_taken, Outcome::done, "3B80800101"},
        {"", Fault::any_atr_taken, Outcome::power, ""},
        {long_one.c_str(), std::nullopt, Outcome::power, ""},
        {"3B88800152414B49542D543105", std::nullopt, Outcome::power, ""},
        {"3B88800152414B49542D543105", Fault::any_atr_taken, Outcome::done, "3B80800101"},
        {"3B888001", std::nullopt, Outcome::power, ""},
        {"3B888001", Fault::any_atr_taken, Outcome::done, "3B80800101"},
        {"3B88800152414B49542D543104", Fault::atr_check_wrong, Outcome::done, "3B88800152414B49542D543105"},
        {"3B021450", Fault::atr_changes, Outcome::done, "3B021451"},
    };
    for (const auto& row : rows) {
        BenchReader bench;
        if (row.fault) bench.set(*row.fault);
        bench.contacts.atr_octets = hex(row.atr);
        const auto answered = bench.reader.power(Power::reset);
        EXPECT_EQ(answered.outcome, row.outcome) << row.atr;
        EXPECT_EQ(to_hex(answered.octets), row.given) << row.atr;
        EXPECT_EQ(bench.contacts.done.back() == "off", row.outcome == Outcome::power) << row.atr;
    }
    BenchReader hangs(Fault::hangs_on_mute);
    hangs.contacts.atr_octets.clear();
    EXPECT_EQ(hangs.reader.power(Power::on).outcome, Outcome::power);
    EXPECT_EQ(hangs.time.paused, milliseconds(30000));
}

TEST(Power, AnAtrThatChangesKeepsItsCheckOctetRight) {
    BenchReader bench(Fault::atr_changes);
    EXPECT_EQ(to_hex(bench.reader.power(Power::reset).octets), "3B88800152414B49542D543005");
    EXPECT_EQ(to_hex(bench.reader.power(Power::reset).octets), "3B88800152414B49542D543306");
}

TEST(Power, ProtocolsAreThoseOfTheAtr) {
    BenchReader bench;
    EXPECT_EQ(bench.reader.set_protocol(1), Outcome::done);
    EXPECT_EQ(to_hex(*bench.reader.attribute(0x00080201)), "02000000");
    bench.contacts.atr_octets = hex("3B021450");
    bench.reader.power(Power::on);
    EXPECT_EQ(bench.reader.set_protocol(1), Outcome::protocol);
    EXPECT_EQ(bench.reader.set_protocol(0), Outcome::done);
}

TEST(Presence, ARemovalIsSeenThoughTheCardIsBack) {
    for (const bool wrong : {false, true}) {
        BenchReader bench;
        if (wrong) bench.set(Fault::forgets_removal);
        bench.reader.card_left();
        EXPECT_EQ(bench.reader.changed(), !wrong);
        EXPECT_EQ(bench.transmit("80300000").outcome, wrong ? Outcome::done : Outcome::no_card);
        EXPECT_EQ(bench.reader.presence(false), wrong ? Outcome::done : Outcome::no_card);
        EXPECT_EQ(bench.reader.presence(true), wrong ? Outcome::done : Outcome::no_card);
        EXPECT_EQ(bench.reader.presence(true), Outcome::done) << "told once";
    }
}

TEST(Presence, EventsThatNeverCome) {
    BenchReader blind(Fault::no_remove_event);
    blind.contacts.in = false;
    blind.reader.card_left();
    EXPECT_EQ(blind.reader.presence(true), Outcome::done);
    BenchReader deaf;
    deaf.contacts.in = false;
    deaf.reader.card_left();
    EXPECT_EQ(deaf.reader.presence(true), Outcome::no_card);
    deaf.set(Fault::no_insert_event);
    deaf.contacts.in = true;
    EXPECT_EQ(deaf.reader.presence(true), Outcome::no_card);
}

TEST(Presence, Flickers) {
    BenchReader bench(Fault::flickers);
    EXPECT_EQ(bench.reader.presence(true), Outcome::no_card);
    EXPECT_EQ(bench.reader.presence(true), Outcome::done);
    EXPECT_EQ(bench.reader.presence(true), Outcome::done);
    bench.time.at += milliseconds(301);
    EXPECT_EQ(bench.reader.presence(true), Outcome::no_card);
}

TEST(Unplugged, EverythingSaysSo) {
    BenchReader bench;
    bench.reader.change([](Settings& settings) { settings.plugged = false; });
    EXPECT_EQ(bench.reader.presence(true), Outcome::unplugged);
    EXPECT_EQ(bench.transmit("80300000").outcome, Outcome::unplugged);
    EXPECT_EQ(bench.reader.power(Power::on).outcome, Outcome::unplugged);
    EXPECT_EQ(bench.reader.control(0x42000000 + 3400, {}).outcome, Outcome::unplugged);
    EXPECT_EQ(bench.reader.set_protocol(1), Outcome::unplugged);
    bench.set(Fault::unplug_is_removal);
    EXPECT_EQ(bench.reader.presence(true), Outcome::no_card);
}

TEST(Unplugged, InTheMiddleOfACommand) {
    for (const bool hangs : {false, true}) {
        BenchReader bench;
        if (hangs) bench.set(Fault::hangs_on_unplug);
        bench.contacts.failure = ErrorCode::reader_absent;
        EXPECT_EQ(bench.transmit("80300000").outcome, Outcome::unplugged);
        EXPECT_EQ(bench.time.paused, milliseconds(hangs ? 600000 : 0));
    }
}

}  // namespace
}  // namespace rakit::reader
