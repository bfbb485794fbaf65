#include <gtest/gtest.h>

#include "tests/unit/reader/bench_reader.hpp"
#include "virtual_cards/reader/features.hpp"

namespace rakit::reader {
namespace {

constexpr std::uint32_t kVendor = 0x00010100, kAtr = 0x00090303, kPresence = 0x00090300, kMaxInput = 0x0007A007,
                        kUnknown = 0x00070001;

TEST(Attribute, OfAReaderWithACard) {
    BenchReader bench;
    EXPECT_EQ(as_text(*bench.reader.attribute(kVendor)), std::string_view("rakit\0", 6));
    EXPECT_EQ(to_hex(*bench.reader.attribute(kAtr)), "3B88800152414B49542D543104");
    EXPECT_EQ(to_hex(*bench.reader.attribute(kPresence)), "02");
    EXPECT_EQ(to_hex(*bench.reader.attribute(kMaxInput)), "00000100");
    EXPECT_EQ(as_text(*bench.reader.attribute(kControlPathTag)), std::string_view("/reader.sock\0", 13));
    EXPECT_FALSE(bench.reader.attribute(kUnknown));
}

TEST(Attribute, OfAnEmptyReader) {
    BenchReader bench;
    bench.contacts.in = false;
    bench.reader.card_left();
    bench.reader.presence(true);
    EXPECT_FALSE(bench.reader.attribute(kAtr));
    EXPECT_EQ(to_hex(*bench.reader.attribute(kPresence)), "00");
    EXPECT_TRUE(bench.reader.attribute(kVendor));
    bench.set(Fault::control_needs_card);
    EXPECT_FALSE(bench.reader.attribute(kVendor));
    EXPECT_EQ(bench.reader.control(kGetFeatureRequest, {}).outcome, Outcome::unplugged);
}

TEST(Attribute, Wrong) {
    BenchReader stale(Fault::attribute_atr_stale);
    EXPECT_NE(to_hex(*stale.reader.attribute(kAtr)), "3B88800152414B49542D543104");
    BenchReader longer(Fault::attribute_too_long);
    EXPECT_EQ(to_hex(*longer.reader.attribute(kPresence)), "0200");
    BenchReader taking(Fault::attribute_unknown_taken);
    EXPECT_EQ(to_hex(*taking.reader.attribute(kUnknown)), "00000000");
}

TEST(Features, AreThoseOfThePad) {
    BenchReader bench;
    const auto features = [&] { return to_hex(bench.reader.control(kGetFeatureRequest, {}).octets); };
    EXPECT_EQ(features(), "060442330006070442330007120442330012");
    bench.set(Fault::feature_list_garbled);
    EXPECT_EQ(features(), "060342330007034233001203423300") << "five octets each";
}

TEST(Features, WithoutAPad) {
    BenchReader bench;
    bench.reader.change([](Settings& settings) { settings.traits.pin_pad = false; });
    EXPECT_EQ(to_hex(bench.reader.control(kGetFeatureRequest, {}).octets), "120442330012");
    EXPECT_EQ(bench.reader.control(kVerifyPinDirect, {}).outcome, Outcome::unsupported);
    EXPECT_EQ(bench.reader.control(0x42000001, {}).outcome, Outcome::unsupported);
}

TEST(Properties, SayWhatTheReaderDoes) {
    const auto max_apdu = [](bool short_only, bool lies) {
        BenchReader bench;
        if (lies) bench.set(Fault::properties_lie);
        bench.reader.change([&](Settings& settings) { settings.traits.short_only = short_only; });
        const auto list = to_hex(bench.reader.control(kGetTlvProperties, {}).octets);
        return list.substr(list.find("0A04") + 4, 8);
    };
    EXPECT_EQ(max_apdu(false, false), "F6FF0000");
    EXPECT_EQ(max_apdu(true, false), "00000000");
    EXPECT_EQ(max_apdu(false, true), "00000000");
    EXPECT_EQ(max_apdu(true, true), "F6FF0000");
}

}  // namespace
}  // namespace rakit::reader
