#include "reference/card/channel.hpp"

#include "tests/unit/reference_card/scripted_access.hpp"

namespace rakit::reference {
namespace {

struct Row {
    const char* name;
    std::string command;  ///< short form, without long data
    std::deque<Exchange> script;
    std::string data;  ///< of the response
    std::uint16_t sw;
    std::size_t long_data = 0;  ///< so many octets 11 as data
    bool extended_length = false;
};

std::string many(std::size_t count, const char* octet) {
    std::string hex;
    for (std::size_t i = 0; i < count; ++i) hex += octet;
    return hex;
}

const std::vector<Row> kRows{
    {"plain", "00B0000002", {{"00B0000002", "AABB9000"}}, "AABB", 0x9000},
    {"a refusal is an answer", "00B0000002", {{"00B0000002", "6A82"}}, "", 0x6A82},
    {"6Cxx is repeated with its length",
     "00CA01A000",
     {{"00CA01A000", "6C02"}, {"00CA01A002", "AABB9000"}},
     "AABB",
     0x9000},
    {"6Cxx only once", "00CA01A000", {{"00CA01A000", "6C02"}, {"00CA01A002", "6C03"}}, "", 0x6C03},
    {"61xx is fetched", "00A4040000", {{"00A4040000", "6102"}, {"00C0000002", "AABB9000"}}, "AABB", 0x9000},
    {"61xx in parts, 00 is 256",
     "00CA010100",
     {{"00CA010100", "AA6100"}, {"00C0000000", "BB6101"}, {"00C0000001", "CC9000"}},
     "AABBCC",
     0x9000},
    {"61xx and a warning at the end", "00B0000000", {{"00B0000000", "6101"}, {"00C0000001", "AA6282"}}, "AA", 0x6282},
    {"long data is chained",
     "00DB3FFF",
     {{"10DB3FFFFF" + many(255, "11"), "9000"}, {"00DB3FFF0111", "9000"}},
     "",
     0x9000,
     256},
    {"a chain ends with the first refusal", "00DB3FFF", {{"10DB3FFFFF" + many(255, "11"), "6982"}}, "", 0x6982, 512},
    {"or sent extended, if the card can",
     "00DB3FFF",
     {{"00DB3FFF000100" + many(256, "11"), "9000"}},
     "",
     0x9000,
     256,
     true},
};

iso7816::CommandApdu command_of(const Row& row) {
    auto command = *iso7816::parse_command(*from_hex(row.command));
    if (row.long_data != 0) command.data.assign(row.long_data, 0x11);
    return command;
}

TEST(Channel, CompletesCommandsAndResponses) {
    for (const auto& row : kRows) {
        SCOPED_TRACE(row.name);
        ScriptedAccess access(row.script);
        NoTrace trace;
        const auto response = make_channel(access, trace, {row.extended_length})->send(command_of(row));
        ASSERT_TRUE(response) << to_string(response.error());
        EXPECT_EQ(to_hex(response->data), row.data);
        EXPECT_EQ(response->sw.value(), row.sw);
    }
}

TEST(Channel, ACardThatAnnouncesWithoutGivingIsNotWaitedFor) {
    ScriptedAccess access({{"00B0000000", "6110"}, {"00C0000010", "6110"}});
    NoTrace trace;
    const auto response = make_channel(access, trace)->send(*iso7816::parse_command(*from_hex("00B0000000")));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::card_content_invalid);
}

TEST(Channel, AnAnswerUnderTwoOctetsIsACardThatWent) {
    for (const char* answer : {"", "90"}) {
        ScriptedAccess access(std::deque<Exchange>{{"00B0000000", answer}});
        NoTrace trace;
        const auto response = make_channel(access, trace)->send(*iso7816::parse_command(*from_hex("00B0000000")));
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().code, ErrorCode::card_removed);
    }
}

TEST(Channel, TracesHeadersAndLengthsButNeverData) {
    ScriptedAccess access({{"0020000106313233343536", "63C2"}, {"00CA01A000", "3132333435369000"}});
    RecordingTrace trace;
    const auto channel = make_channel(access, trace);
    ASSERT_TRUE(channel->send(*iso7816::parse_command(*from_hex("0020000106313233343536"))));
    ASSERT_TRUE(channel->send(*iso7816::parse_command(*from_hex("00CA01A000"))));
    ASSERT_EQ(trace.events().size(), 2U);
    EXPECT_EQ(trace.events()[0].kind, TraceEvent::Kind::apdu);
    EXPECT_EQ(trace.events()[0].text, "00 20 00 01 Lc=6 -> 0 octets, 63C2");
    for (const auto& event : trace.events()) {
        const auto all = event.text + event.detail;
        EXPECT_EQ(all.find("123456"), std::string::npos);
        EXPECT_EQ(all.find("313233"), std::string::npos);
    }
}

}  // namespace
}  // namespace rakit::reference
