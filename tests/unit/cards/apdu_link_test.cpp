#include "virtual_cards/os/apdu_link.hpp"
#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {
namespace {

/// Echo answers with the command's data and remembers the command.
class Echo final : public Applet {
public:
    void reset() override {}
    iso7816::ResponseApdu execute(const iso7816::CommandApdu& command, const Disturbance&) override {
        last = command;
        return {command.data, iso7816::sw::kOk};
    }
    iso7816::CommandApdu last;
};

struct Exchange {
    const char* name;
    std::vector<std::pair<std::string, std::string>> steps;  ///< command, answer
};

// ISO/IEC 7816-4 sections 5.3.3 (command chaining), 5.3.4 (response chaining).
const std::vector<Exchange> kExchanges{
    {"case 4", {{"00100000 02 AABB 00", "AABB9000"}}},
    {"extended case 4", {{"00100000 000002 AABB 0000", "AABB9000"}}},
    {"no Le: the data waits", {{"00100000 02 AABB", "6102"}, {"00C0000002", "AABB9000"}, {"00C0000002", "6985"}}},
    {"Le too short", {{"00100000 03 AABBCC 01", "AA6102"}, {"00C0000001", "BB6101"}, {"00C0000000", "CC9000"}}},
    {"another command forgets the rest", {{"00100000 02 AABB", "6102"}, {"00100000", "9000"}, {"00C0000002", "6985"}}},
    {"GET RESPONSE with P1", {{"00C0010002", "6A86"}}},
    {"GET RESPONSE without Le", {{"00100000 02 AABB", "6102"}, {"00C00000", "6700"}}},
    {"chain", {{"10100000 01 AA", "9000"}, {"10100000 01 BB", "9000"}, {"00100000 01 CC 00", "AABBCC9000"}}},
    {"broken chain", {{"10100000 01 AA", "9000"}, {"00110000 01 BB 00", "6883"}, {"00110000 01 BB 00", "BB9000"}}},
    {"too short for a header", {{"001000", "6700"}}},
    {"wrong Lc", {{"00100000 05 AA", "6700"}}},
    {"CLA FF", {{"FF100000", "6E00"}}},
};

TEST(ApduLink, AnswersAsTheStandardHasIt) {
    for (const auto& exchange : kExchanges) {
        Echo echo;
        ApduLink link(echo);
        for (const auto& [command, expected] : exchange.steps) {
            std::string packed;
            for (const char c : command)
                if (c != ' ') packed += c;
            EXPECT_EQ(to_hex(link.handle(*from_hex(packed), {})), expected) << exchange.name << ": " << command;
        }
    }
}

TEST(ApduLink, AChainHasAnEnd) {
    Echo echo;
    ApduLink link(echo);
    Bytes part{0x10, 0x10, 0, 0, 0xFF};
    part.resize(5 + 255, 0xAA);
    std::string last = "9000";
    for (int i = 0; i < 300 && last == "9000"; ++i) last = to_hex(link.handle(part, {}));
    EXPECT_EQ(last, "6700");
    EXPECT_EQ(to_hex(link.handle(*from_hex("00100000"), {})), "9000");
    EXPECT_TRUE(echo.last.data.empty());
}

TEST(ApduLink, ResetForgetsChainAndRest) {
    Echo echo;
    ApduLink link(echo);
    (void)link.handle(*from_hex("1010000001AA"), {});
    link.reset();
    EXPECT_EQ(to_hex(link.handle(*from_hex("0010000001BB00"), {})), "BB9000");
    (void)link.handle(*from_hex("0010000001BB"), {});
    link.reset();
    EXPECT_EQ(to_hex(link.handle(*from_hex("00C0000000"), {})), "6985");
}

}  // namespace
}  // namespace rakit::cards::test
