#include <gtest/gtest.h>

#include "common/iso7816/tlv.hpp"

namespace rakit::iso7816 {
namespace {

TEST(TlvReader, ReadsShortAndLongForms) {
    const auto bytes = *from_hex("80 01 AA 7F49 03 860104 53 81 02 BBCC");
    TlvReader reader(bytes);
    EXPECT_EQ(reader.read(0x80)->value[0], 0xAA);
    const auto nested = reader.read();
    ASSERT_TRUE(nested);
    EXPECT_EQ(nested->tag, 0x7F49U);
    EXPECT_TRUE(nested->constructed());
    EXPECT_EQ(find_tlv(nested->value, 0x86)->value[0], 0x04);
    EXPECT_EQ(reader.read(0x53)->value.size(), 2U);
    EXPECT_TRUE(reader.at_end());
}

TEST(TlvReader, AFailedReadDoesNotAdvance) {
    for (const auto* hex : {"", "30", "3005AA", "3080AA", "1F", "1F81", "1F81818101", "30840FFFFFFF00"}) {
        const auto bytes = from_hex(hex);
        if (!bytes) continue;
        TlvReader reader(*bytes);
        EXPECT_FALSE(reader.read()) << hex;
        EXPECT_EQ(reader.offset(), 0U) << hex;
    }
}

TEST(TlvReader, SkipsPaddingBehindTheLastEntry) {
    const auto bytes = *from_hex("3000 000000");
    TlvReader reader(bytes);
    ASSERT_TRUE(reader.read());
    reader.skip_padding();
    EXPECT_TRUE(reader.at_end());
}

TEST(TlvWriter, WritesShortestLengths) {
    for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
        const Bytes value(size, 0x55);
        const auto bytes = TlvWriter().put(0x53, value).bytes();
        const std::size_t head = size < 128 ? 2 : size < 256 ? 3 : size < 65536 ? 4 : 5;
        EXPECT_EQ(bytes.size(), size + head);
        TlvReader reader(bytes);
        EXPECT_EQ(reader.read(0x53)->value.size(), size);
    }
    EXPECT_EQ(to_hex(TlvWriter().nest(0x7F49, [](auto& w) { w.put(0x86, Bytes{4}); }).bytes()), "7F4903860104");
}

}  // namespace
}  // namespace rakit::iso7816
