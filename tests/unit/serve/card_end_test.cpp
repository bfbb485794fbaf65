#include "virtual_cards/serve/card_end.hpp"

#include <gtest/gtest.h>

#include "tests/support/cards/plain_card.hpp"
#include "virtual_cards/serve/vpcd_frame.hpp"

namespace rakit::cards {
namespace {

struct EndRow {
    const char* name;
    std::vector<const char*> prelude;
    const char* payload;
    const char* answer;
    bool drop;
};

class CardEndRow : public testing::TestWithParam<EndRow> {};

TEST_P(CardEndRow, Answers) {
    PlainCard card;
    CardEnd end(card);
    for (const auto* payload : GetParam().prelude) (void)end.on_payload(*from_hex(payload));
    const auto answer = end.on_payload(*from_hex(GetParam().payload));
    EXPECT_EQ(to_hex(answer.bytes), GetParam().answer);
    EXPECT_EQ(answer.drop, GetParam().drop);
}

INSTANTIATE_TEST_SUITE_P(Rows, CardEndRow,
                         testing::Values(EndRow{"power on", {}, "01", "", false},
                                         EndRow{"power off", {"01"}, "00", "", false},
                                         EndRow{"reset", {"01"}, "02", "", false},
                                         EndRow{"ATR", {"01"}, "04", "3B8580014F7345494470", false},
                                         EndRow{"ATR without power", {}, "04", "3B8580014F7345494470", false},
                                         EndRow{"command", {"01"}, "00A40000", "00A400009000", false},
                                         EndRow{"an odd octet is a command", {"01"}, "7F", "7F9000", false},
                                         EndRow{"nothing to say", {"01"}, "80EE0000", "6F00", false},
                                         EndRow{"dropped", {"01"}, "80DD0000", "80DD00009000", true}),
                         [](const auto& row) {
                             std::string name = row.param.name;
                             for (auto& c : name)
                                 if (c == ' ') c = '_';
                             return name;
                         });

TEST(CardEnd, AnswersToResetWithWhatItIsTold) {
    PlainCard card;
    CardEnd end(card);
    end.answer_reset_with(Bytes{0x3B, 0x01});
    EXPECT_EQ(to_hex(end.on_payload(*from_hex("04")).bytes), "3B01");
    end.answer_reset_with(std::nullopt);
    EXPECT_EQ(end.on_payload(*from_hex("04")).bytes, card.atr());
}

TEST(CardEnd, CountsWhatIsNotPolling) {
    PlainCard card;
    CardEnd end(card);
    for (const auto* payload : {"01", "04", "04", "00A40000", "02", "04", "00B00000"})
        (void)end.on_payload(*from_hex(payload));
    EXPECT_EQ(end.counters().power_ons, 1U);
    EXPECT_EQ(end.counters().resets, 1U);
    EXPECT_EQ(end.counters().commands, 2U);
}

TEST(CardEnd, LosesPowerOnce) {
    PlainCard card;
    CardEnd end(card);
    end.on_link_gone();
    EXPECT_EQ(card.power_offs, 0);
    (void)end.on_payload(Bytes{0x01});
    end.on_link_gone();
    end.on_link_gone();
    EXPECT_EQ(card.power_offs, 1);
}

TEST(CardEnd, TooLongAnAnswerBecomesAStatusWord) {
    PlainCard card;
    CardEnd end(card);
    EXPECT_EQ(end.on_payload(Bytes(kMaxVpcdPayload - 2, 0x11)).bytes.size(), kMaxVpcdPayload);
    EXPECT_EQ(to_hex(end.on_payload(Bytes(kMaxVpcdPayload - 1, 0x11)).bytes), "6F00");
}

}  // namespace
}  // namespace rakit::cards
