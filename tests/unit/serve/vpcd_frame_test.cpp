#include "virtual_cards/serve/vpcd_frame.hpp"

#include <gtest/gtest.h>

namespace rakit::cards {
namespace {

struct ClassRow {
    const char* payload;
    VpcdMessage expected;
};

class Classify : public testing::TestWithParam<ClassRow> {};

TEST_P(Classify, Payload) { EXPECT_EQ(classify(*from_hex(GetParam().payload)), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(Rows, Classify,
                         testing::Values(ClassRow{"00", VpcdMessage::power_off}, ClassRow{"01", VpcdMessage::power_on},
                                         ClassRow{"02", VpcdMessage::reset}, ClassRow{"04", VpcdMessage::get_atr},
                                         ClassRow{"03", VpcdMessage::command}, ClassRow{"FF", VpcdMessage::command},
                                         ClassRow{"", VpcdMessage::command}, ClassRow{"0001", VpcdMessage::command},
                                         ClassRow{"00A40000", VpcdMessage::command}));

struct FrameRow {
    std::size_t length;
    Bytes prefix;
};

class Frame : public testing::TestWithParam<FrameRow> {};

TEST_P(Frame, HasItsLengthInFront) {
    const Bytes payload(GetParam().length, 0xAB);
    const auto octets = frame(payload);
    ASSERT_EQ(octets.size(), payload.size() + 2);
    EXPECT_TRUE(equal_bytes(ByteView(octets).first(2), GetParam().prefix));
    EXPECT_TRUE(equal_bytes(ByteView(octets).subspan(2), payload));
}

INSTANTIATE_TEST_SUITE_P(Rows, Frame,
                         testing::Values(FrameRow{0, {0, 0}}, FrameRow{1, {0, 1}}, FrameRow{255, {0, 255}},
                                         FrameRow{256, {1, 0}}, FrameRow{65535, {255, 255}}));

TEST(FrameDeathTest, TooLongIsAMistakeOfTheCaller) {
    const Bytes payload(65536, 0);
    EXPECT_DEATH((void)frame(payload), "");
}

std::vector<Bytes> all(VpcdStream& stream) {
    std::vector<Bytes> payloads;
    while (auto payload = stream.next()) payloads.push_back(*payload);
    return payloads;
}

TEST(VpcdStream, CutsAtEveryPlace) {
    const std::vector<Bytes> expected{{0x01}, {0x04}, {}, {0x00, 0xA4, 0x00, 0x00}, Bytes(300, 0x55)};
    Bytes octets;
    for (const auto& payload : expected) append(octets, frame(payload));
    for (std::size_t cut = 0; cut <= octets.size(); ++cut) {
        VpcdStream stream;
        stream.feed(ByteView(octets).first(cut));
        auto got = all(stream);
        stream.feed(ByteView(octets).subspan(cut));
        for (auto& payload : all(stream)) got.push_back(std::move(payload));
        ASSERT_EQ(got, expected) << "cut at " << cut;
    }
}

TEST(VpcdStream, TakesOctetByOctet) {
    const std::vector<Bytes> expected{{0x02}, {0x00, 0xB0, 0x00, 0x00, 0x00}};
    VpcdStream stream;
    std::vector<Bytes> got;
    for (const auto& payload : expected)
        for (const auto octet : frame(payload)) {
            stream.feed(Bytes{octet});
            for (auto& whole : all(stream)) got.push_back(std::move(whole));
        }
    EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace rakit::cards
