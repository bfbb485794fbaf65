#include <gtest/gtest.h>

#include "reference/printer/esc_printer.hpp"
#include "virtual_cards/printer/ports.hpp"

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

/// Spoken has an answer for each command; what it doesn't know is refused.
class Spoken final : public EscLink {
public:
    explicit Spoken(std::map<std::string, std::string> answers) : x_answers(std::move(answers)) {}
    Result<EscAnswer> say(const std::string& command) override {
        const auto found = x_answers.find(command);
        if (found == x_answers.end()) return nack('1');
        return EscAnswer{EscAnswer::Kind::text, 0, found->second};
    }
    Result<EscAnswer> print(const FaceDots&) override { return nack('1'); }

private:
    std::map<std::string, std::string> x_answers;
};

TEST(Link, WhereACardIsByTheMakersWordsAlone) {
    struct Row {
        const char* place;
        bool inside;
        const char* phase;
    };
    for (const auto& row :
         {Row{"OK", false, "unknown"}, Row{"CARD", true, "unknown"}, Row{"SMART CARD", true, "engaged"}}) {
        EscPrinter printer(std::make_unique<Spoken>(std::map<std::string, std::string>{{"Rlr;p", row.place}}));
        const auto state = printer.state();
        ASSERT_TRUE(state) << row.place;
        EXPECT_EQ(state->card_inside, row.inside) << row.place;
        EXPECT_EQ(state->phase, row.phase) << row.place;
    }
}

/// Pressed is a printer whose prints are kept, with its contacts on nothing.
class Pressed {
public:
    Pressed() {
        service.add(esc);
        for (const auto* card : {"A", "B"}) device.ask(printer::Load{card});
        device.ask(printer::ToPrint{});
    }
    struct Nowhere final : printer::Contacts {
        Result<void> engage(const std::string&) override { return {}; }
        void disengage() override {}
    };

    SystemClock clock;
    Nowhere contacts;
    std::vector<printer::Face> faces;
    printer::Printer device{
        {}, {}, contacts, clock, [this](const auto&, const printer::Face& face) { faces.push_back(face); }};
    printer::Esc esc{device};
    printer::Rpc service;
};

/// same_dots tells whether a print is black where the drawing is, and white elsewhere.
bool same_dots(const printer::Picture& print, const FaceDots& drawn) {
    for (std::size_t at = 0; at < drawn.black.size(); ++at)
        for (std::size_t colour = 0; colour < 3; ++colour)
            if (print.rgb[at * 3 + colour] != (drawn.black[at] ? 0x00 : 0xFF)) return false;
    return true;
}

TEST(Link, WhatIsPrintedIsNameAndValidityAsDrawnOverEitherInterface) {
    const FaceText face{"Anna-Sofia \xC3\x85kesson Ek", "2029-03"};
    for (const bool over_service : {false, true}) {
        SCOPED_TRACE(over_service);
        Pressed pressed;
        auto port = over_service ? printer::start_rpc_port(pressed.service, "127.0.0.1", 0)
                                 : printer::start_raw_port(pressed.esc, "127.0.0.1", 0);
        ASSERT_TRUE(port) << to_string(port.error());
        const auto client =
            open_printer((over_service ? "jsonrpc://127.0.0.1:" : "esc://127.0.0.1:") + std::to_string(port->port()));
        const auto done = (*client)->print(face);
        ASSERT_TRUE(done) << to_string(done.error());
        ASSERT_EQ(pressed.faces.size(), 1U);
        EXPECT_EQ(pressed.faces[0].side, printer::Side::front);
        EXPECT_TRUE(same_dots(*pressed.faces[0].picture, draw_face(face)));
        EXPECT_FALSE(same_dots(*pressed.faces[0].picture, draw_face({face.name, "2029-04"})));
        EXPECT_FALSE(same_dots(*pressed.faces[0].picture, draw_face({"Anna Ek", face.validity})));
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
