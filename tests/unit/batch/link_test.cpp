#include <gtest/gtest.h>

#include "reference/printer/esc_printer.hpp"

namespace rakit::reference {
namespace {

/// Says answers a movement and Rlr as a printer does.
class Says final : public EscLink {
public:
    Says(Result<EscAnswer> answer, std::string last) : x_answer(std::move(answer)), x_last(std::move(last)) {}
    Result<EscAnswer> say(const std::string& command) override {
        if (command == "Rlr") return EscAnswer{EscAnswer::Kind::text, 0, x_last};
        return x_answer;
    }
    Result<EscAnswer> print(const FaceDots&) override { return x_answer; }

private:
    Result<EscAnswer> x_answer;
    std::string x_last;
};

EscAnswer nack(char code) { return {EscAnswer::Kind::nack, code, {}}; }

TEST(Link, EachRefusalHasItsCode) {
    struct Row {
        Result<EscAnswer> answer;
        const char* last;
        ErrorCode code;
    };
    const std::vector<Row> rows{
        {nack('F'), "NACK F feeder", ErrorCode::printer_feeder_empty},
        {nack('C'), "NACK C cover", ErrorCode::printer_cover_open},
        {nack('R'), "NACK R ribbon", ErrorCode::printer_ribbon},
        {nack('1'), "NACK 1 not-allowed", ErrorCode::printer_refused},
        {nack('2'), "NACK 2 parameter", ErrorCode::printer_refused},
        {nack('T'), "NACK T busy", ErrorCode::printer_busy},
        {nack('T'), "NACK T tray-full", ErrorCode::printer_tray_full},
        {nack('T'), "NACK T contact-failure", ErrorCode::printer_contact_failed},
        {nack('T'), "NACK T card-lost", ErrorCode::printer_card_lost},
        {nack('T'), "NACK T jam-hopper", ErrorCode::printer_mechanical},
        {nack('T'), "", ErrorCode::printer_mechanical},
        {EscAnswer{EscAnswer::Kind::text, 0, "hello"}, "", ErrorCode::printer_answer_invalid},
        {fail(ErrorCode::printer_offline, "gone"), "", ErrorCode::printer_offline},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.last);
        EscPrinter printer(std::make_unique<Says>(row.answer, row.last));
        const auto done = printer.eject();
        ASSERT_FALSE(done);
        EXPECT_EQ(name(done.error().code), name(row.code));
    }
}

TEST(Link, Urls) {
    const auto raw = parse_printer_url("esc://printer");
    ASSERT_TRUE(raw);
    EXPECT_EQ(raw->port, "9100");
    const auto rpc = parse_printer_url("jsonrpc://[::1]:18001/Card%20Printer");
    ASSERT_TRUE(rpc);
    EXPECT_EQ(rpc->port, "18001");
    EXPECT_EQ(rpc->device, "Card Printer");
    for (const auto* url : {"", "printer", "http://printer", "esc://", "esc://printer:port", "esc://printer/device"})
        EXPECT_FALSE(parse_printer_url(url)) << url;
}

}  // namespace
}  // namespace rakit::reference
