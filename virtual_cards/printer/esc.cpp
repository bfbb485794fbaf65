#include "virtual_cards/printer/esc.hpp"

#include <functional>

namespace rakit::printer {
namespace {

constexpr std::uint8_t kAck = 0x06;
constexpr std::uint8_t kNack = 0x15;
constexpr char kCr = '\r';
constexpr unsigned kAckNack = 4;
constexpr std::size_t kLineOctets = Picture::kWidth * Picture::kHeight / 8 / 1016;  // 648 dots

EscReply nack(char code, std::string why) { return {EscReply::Kind::nack, code, std::move(why), false}; }
EscReply wrong_parameter() { return nack('2', "parameter"); }
EscReply text(std::string what) { return {EscReply::Kind::text, 0, std::move(what), false}; }

EscReply reply_to(Refusal refusal) {
    const std::string why(name(refusal));
    switch (refusal) {
        case Refusal::none: return {};
        case Refusal::feeder: return nack('F', why);
        case Refusal::ribbon: return nack('R', why);
        case Refusal::cover: return nack('C', why);
        case Refusal::not_allowed: return nack('1', why);
        case Refusal::offline: return {EscReply::Kind::silence, 0, why, true};
        default: return nack('T', why);
    }
}

struct Rgb {
    std::uint8_t red, green, blue;
};

/// ink gives what a panel lays on the card; an overlay lays nothing that can be seen.
std::optional<Rgb> ink(char panel) {
    switch (panel) {
        case 'k': return Rgb{0, 0, 0};
        case 'y': return Rgb{255, 255, 0};
        case 'm': return Rgb{255, 0, 255};
        case 'c': return Rgb{0, 255, 255};
        case 'o': return Rgb{255, 255, 255};
        default: return std::nullopt;
    }
}

/// add_panel lays a downloaded panel on a picture. Lines run along the card's short side, 648 dots each, 1016 of them
/// (guide, section 2): line 0 is the card's left edge, its first dot the bottom.
void add_panel(Picture& picture, const std::vector<bool>& dots, Rgb colour) {
    for (std::size_t at = 0; at < dots.size(); ++at) {
        if (!dots[at]) continue;
        const std::size_t x = at / Picture::kHeight;
        const std::size_t y = Picture::kHeight - 1 - at % Picture::kHeight;
        auto* rgb = &picture.rgb[(y * Picture::kWidth + x) * 3];
        rgb[0] &= colour.red;
        rgb[1] &= colour.green;
        rgb[2] &= colour.blue;
    }
}

/// lines_of undoes the compression of Dbc: for each line one octet, 00 all blank, FF all inked, else how many octets of
/// the line follow; what is missing of it is blank.
std::optional<Bytes> lines_of(ByteView data, std::size_t lines) {
    Bytes plain;
    std::size_t at = 0;
    for (std::size_t line = 0; line < lines; ++line) {
        if (at >= data.size()) return std::nullopt;
        const std::size_t head = data[at++];
        Bytes row(kLineOctets, head == 0xFF ? 0xFF : 0x00);
        if (head != 0 && head != 0xFF) {
            if (head > kLineOctets || at + head > data.size()) return std::nullopt;
            for (std::size_t i = 0; i < head; ++i) row[i] = data[at + i];
            at += head;
        }
        append(plain, row);
    }
    return at == data.size() ? std::optional(plain) : std::nullopt;
}

/// volts is what a sensor's light barrier has, as the maker's printers say it.
EscReply volts(bool high) { return text(high ? "5,00 Volts" : "0,00 Volts"); }

/// card_place says where the card inside is, in the maker's words.
std::string card_place(const Machine& machine) {
    if (!machine.inside) return "OK";
    const bool at_station = machine.phase == Phase::at_contact || contacts(machine.phase);
    return at_station ? "SMART CARD" : "CARD";
}

std::string counters_text(const Counters& counters) {
    std::string list;
    for (const auto count :
         {counters.fed, counters.engaged, counters.printed, counters.ejected, counters.rejected, counters.jams})
        list += (list.empty() ? "" : ";") + std::to_string(count);
    return list;
}

}  // namespace

EscReply Esc::answer(const EscCommand& command) {
    const std::lock_guard lock(x_mutex);
    if (!x_printer.look().powered) return reply_to(Refusal::offline);
    if (command.name == "Rlr" && command.parameters.empty()) {
        if (x_last.kind == EscReply::Kind::nack) return text(std::string("NACK ") + x_last.code + " " + x_last.text);
        return text(x_last.kind == EscReply::Kind::text ? x_last.text : "ACK");
    }
    x_last = perform(command);
    return x_last;
}

Bytes Esc::wire(const EscReply& reply) const {
    const std::lock_guard lock(x_mutex);
    const bool says = (x_mode & kAckNack) != 0;
    switch (reply.kind) {
        case EscReply::Kind::text: return to_bytes(reply.text + kCr);
        case EscReply::Kind::ack: return says ? Bytes{kAck} : Bytes{};
        case EscReply::Kind::nack: return says ? Bytes{kNack, static_cast<std::uint8_t>(reply.code)} : Bytes{};
        case EscReply::Kind::silence: break;
    }
    return {};
}

EscReply Esc::perform(const EscCommand& command) {
    struct Plain {
        std::string_view name;
        Input input;
    };
    static const std::array kPlain{
        Plain{"Si", ToPrint{}},    Plain{"Sib", FromBack{}}, Plain{"Sis", ToStation{}}, Plain{"Se", Eject{}},
        Plain{"Seb", EjectBack{}}, Plain{"Ser", Reject{}},   Plain{"Srs", SoftReset{}}, Plain{"Scs", ClearStatus{}},
    };
    for (const auto& plain : kPlain)
        if (plain.name == command.name) return command.parameters.empty() ? ask(plain.input) : wrong_parameter();
    if (command.name == "Ss") {
        // A sequence that waits at the station goes on with this; else one begins.
        if (x_printer.ask(ResumeJob{}) == Refusal::none) return {};
        return reply_to(x_printer.ask(BeginJob{}));
    }
    if (command.name == "Pem") return error_mode(command);
    if (command.name == "Rse") return sensor(command);
    if (command.name == "Sk") return feeder(command);
    if (command.name == "Sp") return print(command);
    if (command.name == "Db" || command.name == "Dbc") return download(command);
    if (command.name == "Sr" || command.name == "Sv") {
        if (!command.parameters.empty()) return wrong_parameter();
        x_side = command.name == "Sr" ? Side::front : Side::back;
        x_panels.clear();
        return {};
    }
    return tell(command);
}

EscReply Esc::ask(const Input& input) {
    const Refusal refusal = x_printer.ask(input);
    const bool can_wait = refusal == Refusal::feeder || refusal == Refusal::cover || refusal == Refusal::ribbon ||
                          refusal == Refusal::tray_full;
    x_printer.wait_and_do(can_wait && keeps_refused() ? std::optional(input) : std::nullopt);
    auto reply = reply_to(refusal);
    const auto error = x_printer.look().error;
    if (refusal == Refusal::mechanical && error) reply.text = name(*error);
    return reply;
}

EscReply Esc::error_mode(const EscCommand& command) {
    if (command.parameters.empty()) return text(std::to_string(x_mode));
    if (command.parameters.size() != 1 || command.parameters[0].size() != 1) return wrong_parameter();
    const char mode = command.parameters[0][0];
    if (mode < '0' || mode > '7' || ((mode - '0') & 3) == 1) return wrong_parameter();
    x_mode = static_cast<unsigned>(mode - '0');
    return {};
}

EscReply Esc::sensor(const EscCommand& command) {
    if (command.parameters.size() != 1) return wrong_parameter();
    const auto machine = x_printer.look();
    const auto& which = command.parameters[0];
    const auto count = [&](Place place) {
        std::size_t cards = 0;
        for (const auto& card : machine.cards) cards += card.place == place ? 1 : 0;
        return cards;
    };
    if (which == "c") return text(machine.cover_open ? "OPEN" : "CLOSED");
    if (which == "f") return volts(!machine.hopper.empty());
    if (which == "h") return text(count(Place::output) >= machine.capacity.output ? "FULL" : "FREE");
    if (which == "m") return text(machine.inside ? "CARD" : "NO CARD");
    if (which == "o") return volts(!machine.cover_open);
    if (which == "p") return text(std::string(name(machine.phase)));
    if (which == "r") {
        if (machine.error == FaultKind::ribbon_cut) return text("CUT");
        return text(machine.ribbon_left == 0 || machine.error == FaultKind::ribbon_end ? "END" : "OK");
    }
    return wrong_parameter();
}

EscReply Esc::feeder(const EscCommand& command) {
    const auto machine = x_printer.look();
    const auto& parameters = command.parameters;
    if (parameters.empty() || parameters.size() > 2 || (parameters.size() == 2 && parameters[1] != "1"))
        return wrong_parameter();
    // One feeder: 0 no, 3 all there is (guide, section 16).
    if (parameters[0] == "f") return text(machine.hopper.empty() ? "3" : "0");
    if (parameters[0] == "w") return text(feeder_low(machine) ? "3" : "0");
    if (parameters[0] == "s") return text(parameters.size() == 1 ? "OK" : "128 128");
    return wrong_parameter();
}

EscReply Esc::download(const EscCommand& command) {
    if (command.parameters.size() < 2 || command.parameters[0].size() != 1 || !ink(command.parameters[0][0]))
        return wrong_parameter();
    Bytes plain = command.data;
    if (command.name == "Dbc") {
        if (command.parameters[1] != "1016") return wrong_parameter();
        auto lines = lines_of(command.data, Picture::kWidth);
        if (!lines) return wrong_parameter();
        plain = std::move(*lines);
    }
    if (plain.size() != kLineOctets * Picture::kWidth) return wrong_parameter();
    std::vector<bool> dots;
    dots.reserve(plain.size() * 8);
    for (const auto octet : plain)
        for (int bit = 7; bit >= 0; --bit) dots.push_back(((octet >> bit) & 1) != 0);
    x_panels[command.parameters[0][0]] = std::move(dots);
    return {};
}

EscReply Esc::print(const EscCommand& command) {
    if (command.parameters.size() != 1 || command.parameters[0].size() != 1) return wrong_parameter();
    const auto colour = ink(command.parameters[0][0]);
    const auto panel = x_panels.find(command.parameters[0][0]);
    if (!colour || panel == x_panels.end()) return wrong_parameter();
    auto picture = std::make_shared<Picture>();
    add_panel(*picture, panel->second, *colour);
    return ask(Print{{x_side, std::move(picture)}});
}

EscReply Esc::tell(const EscCommand& command) {
    const auto& model = x_printer.model();
    const auto machine = x_printer.look();
    const auto& of = command.parameters;
    const std::string which = of.size() == 1 ? of[0] : "";
    const std::string& name = command.name;
    const bool counts = name == "Rco" && (which == "p" || which == "c");
    if (name == "Rlr") return which == "p" ? text(card_place(machine)) : wrong_parameter();
    if (counts) return text(std::to_string(which == "p" ? machine.counters.printed : machine.counters.fed));
    const bool known = name == "Rtp" || name == "Rsn" || name == "Rfv" || name == "Rco" || name == "Rr";
    if (!known) return nack('1', "command");
    if (!of.empty()) return wrong_parameter();
    if (name == "Rtp") return text(model.name);
    if (name == "Rsn") return text(model.serial);
    if (name == "Rfv") return text(model.firmware);
    if (name == "Rco") return text(counters_text(machine.counters));
    return text("RM_KBLACK;" + std::to_string(machine.ribbon_left) + ";" + std::to_string(machine.capacity.ribbon));
}

}  // namespace rakit::printer
