#include <gmock/gmock.h>

#include "scenarios/runner/blot.hpp"
#include "scenarios/runner/case_event.hpp"

namespace rakit::scenarios {
namespace {

struct BlotRow {
    const char* name;
    const char* command;
    const char* blotted;
};

class Blot : public testing::TestWithParam<BlotRow> {};

TEST_P(Blot, LeavesNoSecret) { EXPECT_EQ(to_hex(blotted_command(*from_hex(GetParam().command))), GetParam().blotted); }

INSTANTIATE_TEST_SUITE_P(Commands, Blot,
                         testing::Values(BlotRow{"verify", "002000010431323334", "00200001042A2A2A2A"},
                                         BlotRow{"verify_query", "00200001", "00200001"},
                                         BlotRow{"verify_extended", "0020000100000431323334", "002000010000042A2A2A2A"},
                                         BlotRow{"verify_cut_off", "002000010831", "00200001082A"},
                                         BlotRow{"change", "00240001023131", "00240001022A2A"},
                                         BlotRow{"unblock", "002C0001023131", "002C0001022A2A"},
                                         BlotRow{"select", "00A40004023F00", "00A40004023F00"},
                                         BlotRow{"nothing", "", ""}),
                         [](const auto& each) { return each.param.name; });

TEST(HttpText, AHeldOpPinIsBlotted) {
    const net::HttpResponse answer{
        200, {}, to_bytes(R"({"opPin": {"held": true, "value": "87654321"}, "version": 1})")};
    const auto octets = http_text(answer);
    const std::string text(as_text(octets));
    EXPECT_EQ(text.find("87654321"), std::string::npos);
    EXPECT_NE(text.find("********"), std::string::npos);
    const auto body = text.substr(text.find("\r\n\r\n") + 4);
    EXPECT_NE(text.find("content-length: " + std::to_string(body.size())), std::string::npos);
}

CaseTraceFile sample() {
    return {"tc/redo",
            "wire",
            "reference",
            1,
            7,
            {{std::chrono::microseconds(5), "apdu", "A4", std::chrono::microseconds(3), {0, 0xA4, 0, 0}, {0x90, 0}},
             {std::chrono::microseconds(9), "prompt", "pin:01", {}, {}, {}}}};
}

std::string lines(const CaseTraceFile& trace) {
    std::string text = head_line(trace) + "\n";
    for (const auto& event : trace.events) text += event_line(event) + "\n";
    return text;
}

TEST(TraceFile, ComesBack) {
    const auto back = parse_trace(lines(sample()), "t");
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(lines(*back), lines(sample()));
    EXPECT_EQ(to_text(*back), to_text(sample()));
}

TEST(TraceFile, HalfALastLineIsLeftOut) {
    std::string text = lines(sample());
    const auto back = parse_trace(text.substr(0, text.size() - 5), "t");
    ASSERT_TRUE(back);
    EXPECT_EQ(back->events.size(), 1U);
    text.insert(text.find('\n') + 1, "no line\n");
    ASSERT_FALSE(parse_trace(text, "t"));
    EXPECT_NE(parse_trace(text, "t").error().detail.find("line 2"), std::string::npos);
    EXPECT_FALSE(parse_trace("", "t"));
}

}  // namespace
}  // namespace rakit::scenarios
