#include "certify/reader/tester_card.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "certify/reader/call_log.hpp"
#include "certify/reader/status_name.hpp"

namespace rakit::certify {
namespace {

TEST(TesterCard, ItsNumbersAreThoseOfItsPage) {
    EXPECT_EQ(crc32(as_bytes("123456789")), 0xCBF43926U);
    EXPECT_EQ(to_hex(big_endian(0x01020304)), "01020304");
    EXPECT_EQ(number_at(big_endian(0xFFFE0001), 0), 0xFFFE0001U);
    EXPECT_EQ(counting(257)[256], 0);
    EXPECT_EQ(patterned(252)[251], 0);
}

TEST(StatusName, KnowsTheWordsOfTheHeader) {
    EXPECT_EQ(status_name(SCARD_E_TIMEOUT), "SCARD_E_TIMEOUT");
    EXPECT_EQ(status_name(SCARD_E_UNSUPPORTED_FEATURE), "SCARD_E_UNSUPPORTED_FEATURE");
    EXPECT_EQ(status_name(0x80100099), "80100099");
}

/// Pipe catches what a log writes.
struct Pipe {
    Pipe() { EXPECT_EQ(::pipe(ends), 0); }
    ~Pipe() { ::close(ends[0]); }
    std::vector<nlohmann::json> lines() {
        ::close(ends[1]);
        std::string text;
        char chunk[65536];
        for (ssize_t n = 0; (n = ::read(ends[0], chunk, sizeof chunk)) > 0;)
            text.append(chunk, static_cast<std::size_t>(n));
        std::vector<nlohmann::json> found;
        for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
            found.push_back(nlohmann::json::parse(text.substr(at, end - at)));
        return found;
    }
    int ends[2];
};

TEST(CallLog, KeepsTheFirstAndTheLastAndWhatLedToARemark) {
    Pipe pipe;
    {
        CallLog log(pipe.ends[1]);
        for (int i = 0; i < 100; ++i) log.call("SCardTransmit", i, {}, {}, {}, std::to_string(i));
        log.remark("here");
        for (int i = 100; i < 200; ++i) log.call("SCardTransmit", i, {}, {}, {}, std::to_string(i));
        log.finish();
    }
    const auto lines = pipe.lines();
    std::vector<std::string> kept;
    for (const auto& line : lines)
        if (line.contains("trace")) kept.push_back(line["trace"].value("more", line["trace"].value("remark", "")));
    EXPECT_EQ(kept.front(), "0");
    EXPECT_EQ(kept.back(), "199");
    const auto remark = std::find(kept.begin(), kept.end(), "here");
    ASSERT_NE(remark, kept.end());
    EXPECT_EQ(*(remark - 1), "99");
    EXPECT_LT(kept.size(), 60U);
    EXPECT_EQ(lines.back().at("calls"), 200);
}

TEST(CallLog, ShowsNoPin) {
    Pipe pipe;
    {
        CallLog log(pipe.ends[1]);
        const Bytes verify{0x00, 0x20, 0x00, 0x01, 0x04, '1', '2', '3', '4'};
        log.call("SCardTransmit", 0, {}, verify, Bytes{0x90, 0x00});
    }
    const auto lines = pipe.lines();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].dump().find("31323334"), std::string::npos);
    EXPECT_NE(lines[0].dump().find("00200001"), std::string::npos);
}

}  // namespace
}  // namespace rakit::certify
