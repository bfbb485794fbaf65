#include "reference/printer/esc_printer.hpp"

namespace rakit::reference {
namespace {

ErrorCode code_of(char nack, const std::string& reason) {
    switch (nack) {
        case 'F': return ErrorCode::printer_feeder_empty;
        case 'C': return ErrorCode::printer_cover_open;
        case 'R': return ErrorCode::printer_ribbon;
        case 'T': break;
        default: return ErrorCode::printer_refused;
    }
    if (reason == "contact-failure") return ErrorCode::printer_contact_failed;
    if (reason == "card-lost") return ErrorCode::printer_card_lost;
    if (reason == "feeder" || reason == "feeder-empty") return ErrorCode::printer_feeder_empty;
    if (reason == "cover") return ErrorCode::printer_cover_open;
    if (reason == "ribbon") return ErrorCode::printer_ribbon;
    if (reason == "busy") return ErrorCode::printer_busy;
    if (reason == "tray-full" || reason == "output-full" || reason == "reject-full")
        return ErrorCode::printer_tray_full;
    if (reason == "no-card") return ErrorCode::printer_refused;
    return ErrorCode::printer_mechanical;
}

/// reason_of takes the last word of Rlr's `NACK T reason`.
std::string reason_of(const std::string& last) {
    const auto blank = last.rfind(' ');
    return blank == std::string::npos ? last : last.substr(blank + 1);
}

}  // namespace

Result<void> EscPrinter::judge(const Result<EscAnswer>& answer, const std::string& command) {
    if (!answer) return Unexpected{answer.error()};
    if (answer->kind == EscAnswer::Kind::ack) return {};
    if (answer->kind == EscAnswer::Kind::text)
        return fail(ErrorCode::printer_answer_invalid, "'" + answer->text + "' to " + command);
    std::string reason = answer->text;
    if (reason.empty()) {
        // The raw port says only a letter; the last answer in full says more.
        const auto last = x_link->say("Rlr");
        if (last && last->kind == EscAnswer::Kind::text) reason = reason_of(last->text);
    }
    return fail(code_of(answer->code, reason),
                command + ": NACK " + answer->code + (reason.empty() ? "" : ", " + reason));
}

Result<void> EscPrinter::order(const std::string& command) { return judge(x_link->say(command), command); }

Result<std::string> EscPrinter::ask(const std::string& command) {
    auto answer = x_link->say(command);
    if (answer && answer->kind == EscAnswer::Kind::text) return std::move(answer->text);
    if (auto judged = judge(answer, command); !judged) return Unexpected{std::move(judged).error()};
    return fail(ErrorCode::printer_answer_invalid, "no text to " + command);
}

Result<std::string> EscPrinter::model() { return ask("Rtp"); }
Result<void> EscPrinter::to_station() { return order("Sis"); }
Result<void> EscPrinter::eject() { return order("Se"); }
Result<void> EscPrinter::reject() { return order("Ser"); }
Result<void> EscPrinter::clear() { return order("Scs"); }

Result<void> EscPrinter::print(const FaceText& face) {
    const auto before = ask("Rco;p");
    auto done = judge(x_link->print(draw_face(face)), "print");
    if (done || done.error().code != ErrorCode::printer_offline || !before) return done;
    // The answer got lost, the order perhaps not: the counter tells, so that no card is printed on twice.
    const auto after = ask("Rco;p");
    return after && *after != *before ? Result<void>() : done;
}

Result<PrinterState> EscPrinter::state() {
    // `OK` is the maker's word for nothing inside; where a card is, it names the place.
    auto place = x_link->say("Rlr;p");
    if (!place) return Unexpected{std::move(place).error()};
    if (place->kind == EscAnswer::Kind::nack) return Unexpected{judge(place, "Rlr;p").error()};
    // The service says OK for an ACK too.
    const bool empty = place->kind == EscAnswer::Kind::ack || place->text == "OK";
    auto phase = ask("Rse;p");
    // Not every printer tells; at the station the contacts are closed on a card.
    if (!phase && phase.error().code == ErrorCode::printer_refused)
        phase = std::string(place->text == "SMART CARD" ? "engaged" : "unknown");
    if (!phase) return Unexpected{std::move(phase).error()};
    return PrinterState{!empty, std::move(*phase)};
}

Result<PrinterUrl> parse_printer_url(const std::string& url) {
    const auto wrong = [&] {
        return fail(ErrorCode::usage, "'" + url + "' names no printer", "--printer",
                    "esc://HOST[:9100] or jsonrpc://HOST[:18000][/DEVICE]");
    };
    PrinterUrl parsed;
    parsed.rpc = url.rfind("jsonrpc://", 0) == 0;
    if (!parsed.rpc && url.rfind("esc://", 0) != 0) return wrong();
    std::string rest = url.substr(url.find("://") + 3);
    if (const auto slash = rest.find('/'); slash != std::string::npos) {
        parsed.device = rest.substr(slash + 1);
        rest.resize(slash);
        for (auto at = parsed.device.find("%20"); at != std::string::npos; at = parsed.device.find("%20"))
            parsed.device.replace(at, 3, " ");
    }
    const auto colon = rest.rfind(':');
    parsed.host = rest.substr(0, colon);
    if (parsed.host.size() > 2 && parsed.host.front() == '[' && parsed.host.back() == ']')
        parsed.host = parsed.host.substr(1, parsed.host.size() - 2);  // an IPv6 address
    parsed.port = colon == std::string::npos ? parsed.rpc ? "18000" : "9100" : rest.substr(colon + 1);
    const bool number = !parsed.port.empty() && parsed.port.find_first_not_of("0123456789") == std::string::npos;
    if (parsed.host.empty() || !number || (!parsed.rpc && !parsed.device.empty())) return wrong();
    return parsed;
}

Result<std::unique_ptr<CardPrinter>> open_printer(const std::string& url, std::chrono::milliseconds bound) {
    auto parsed = parse_printer_url(url);
    if (!parsed) return Unexpected{std::move(parsed).error()};
    auto link = parsed->rpc ? rpc_link(*parsed, bound) : raw_link(*parsed, bound);
    return std::unique_ptr<CardPrinter>(std::make_unique<EscPrinter>(std::move(link)));
}

}  // namespace rakit::reference
