#include "scenarios/links/printer_link.hpp"

#include "virtual_cards/printer/ports.hpp"

namespace rakit::scenarios {
namespace {

using Kind = printer::EscReply::Kind;

class DirectLink final : public reference::EscLink {
public:
    DirectLink(printer::Esc& esc, Clock& clock) : x_esc(esc), x_clock(clock) {}

    Result<reference::EscAnswer> say(const std::string& command) override {
        printer::EscFrames frames;
        frames.feed(to_bytes("\x1BPem;2\r\x1B" + command + "\r"));
        Result<reference::EscAnswer> answer = fail(ErrorCode::printer_answer_invalid, "no command: " + command);
        while (const auto one = frames.next()) answer = exchange(*one);
        return answer;
    }

    Result<reference::EscAnswer> print(const reference::FaceDots& dots) override {
        const auto data = reference::compressed(reference::panel_lines(dots));
        for (const auto& command : {printer::EscCommand{"Sr", {}, {}},
                                    printer::EscCommand{"Dbc", {"k", "1016", std::to_string(data.size())}, data}}) {
            auto answer = exchange(command);
            if (!answer || answer->kind == reference::EscAnswer::Kind::nack) return answer;
        }
        return exchange({"Sp", {"k"}, {}});
    }

private:
    Result<reference::EscAnswer> exchange(const printer::EscCommand& command) {
        const auto reply = x_esc.answer(command);
        const auto delivery = x_esc.printer().delivery();
        if (reply.offline || delivery == printer::Delivery::dropped)
            return fail(ErrorCode::printer_offline, "the connection broke");
        if (delivery == printer::Delivery::late) x_clock.sleep(printer::kLate);
        if (reply.kind == Kind::nack)
            return reference::EscAnswer{reference::EscAnswer::Kind::nack, reply.code, reply.text};
        if (reply.kind == Kind::text) return reference::EscAnswer{reference::EscAnswer::Kind::text, 0, reply.text};
        return reference::EscAnswer{};
    }

    printer::Esc& x_esc;
    Clock& x_clock;
};

}  // namespace

Result<void> SlotContacts::engage(const std::string& card) {
    auto* found = x_bank.find(card);
    if (found == nullptr || x_printer == nullptr) return fail(ErrorCode::internal, "no such card: " + card);
    x_slot.remove();
    x_station.lay(*found, *x_printer);
    x_slot.insert();
    return {};
}

std::unique_ptr<reference::EscLink> direct_link(printer::Esc& esc, Clock& clock) {
    return std::make_unique<DirectLink>(esc, clock);
}

}  // namespace rakit::scenarios
