#include "cli/open_orders.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "common/base/file.hpp"
#include "tests/unit/session/fakes.hpp"

// covers: resume-lists
namespace rakit::cli {
namespace {

namespace samples = reference::samples;
using reference::OpenOrder;

class OpenOrders : public testing::Test {
protected:
    OpenOrders() : folder(std::filesystem::temp_directory_path() / ("rakit-orders-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(folder);
        dialog.pins = {};
    }
    ~OpenOrders() override { std::filesystem::remove_all(folder); }

    void put(const std::string& serial, OpenOrder::Stage stage, std::uint8_t transaction) {
        auto open = samples::open_order(stage);
        open.order.card_serial = open.identity.serial = serial;
        open.order.transaction_id = Bytes(16, transaction);
        if (stage == OpenOrder::Stage::prepared)
            open.pending = reference::Pending{{1}, *from_iso8601("2026-01-31T23:59:59Z"), {2}};
        ASSERT_TRUE((*reference::Journal::open(folder, serial))->write(open));
    }

    std::filesystem::path folder;
    reference::fakes::Log log;
    reference::fakes::FakeDialog dialog{log};
};

TEST_F(OpenOrders, WithoutOneAnyCardMayBeTried) {
    EXPECT_EQ(*card_to_resume(folder, "", dialog), "");
    EXPECT_TRUE(dialog.told.empty());
}

TEST_F(OpenOrders, TheOnlyOneIsMeant) {
    put("0A1B2C", OpenOrder::Stage::issued, 0x41);
    EXPECT_EQ(*card_to_resume(folder, "", dialog), "0A1B2C");
    EXPECT_EQ(dialog.told, std::vector<std::string>{"order_open"});
}

TEST_F(OpenOrders, OfSeveralOneIsNamedOrTheCardDecides) {
    put("0A1B2C", OpenOrder::Stage::issued, 0x41);
    put("0A1B2D", OpenOrder::Stage::prepared, 0x42);
    struct Row {
        std::string wanted, card;
    };
    for (const auto& row : std::vector<Row>{{"", ""},
                                            {"0A1B2D", "0A1B2D"},
                                            {"0a1b2d", "0A1B2D"},
                                            {to_hex(Bytes(16, 0x43)), "-"},
                                            {to_hex(Bytes(16, 0x41)), "0A1B2C"}}) {
        const auto card = card_to_resume(folder, row.wanted, dialog);
        if (row.card == "-") {
            ASSERT_FALSE(card);
            EXPECT_EQ(card.error().code, ErrorCode::nothing_to_do);
            EXPECT_NE(card.error().remedy.find("--list"), std::string::npos);
        } else {
            ASSERT_TRUE(card) << row.wanted;
            EXPECT_EQ(*card, row.card) << row.wanted;
        }
    }
    EXPECT_EQ(dialog.told.size(), 10U) << "all are told each time";
}

TEST_F(OpenOrders, AreShownAsLinesAndAsJson) {
    put("0A1B2C", OpenOrder::Stage::issued, 0x41);
    put("0A1B2D", OpenOrder::Stage::prepared, 0x42);
    ASSERT_TRUE(write_file_atomically(folder / "0A1B2E.json", as_bytes("{")));
    const auto all = *reference::list_open_orders(folder);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(order_line(all[0]),
              "card 0A1B2C, order " + to_hex(Bytes(16, 0x41)) + ", issued, procedure employee-tc, 45 redo, 46 redo");
    EXPECT_EQ(order_line(all[1]), "card 0A1B2D, order " + to_hex(Bytes(16, 0x42)) +
                                      ", prepared, procedure employee-tc, 45 redo, 46 redo, waits for approval, ask "
                                      "again at 2026-01-31T23:59:59Z");
    EXPECT_EQ(order_line(all[2]).rfind("journal_corrupt", 0), 0U);
    const auto json = orders_json(all);
    EXPECT_EQ(json["orders"][0]["lines"][1]["action"], "redo");
    EXPECT_FALSE(json["orders"][0].contains("earliest"));
    EXPECT_EQ(json["orders"][1]["earliest"], "2026-01-31T23:59:59Z");
    EXPECT_EQ(json["orders"][2]["error"]["code"], "journal_corrupt");
    EXPECT_EQ(json.dump().find("replaces"), std::string::npos);
}

}  // namespace
}  // namespace rakit::cli
