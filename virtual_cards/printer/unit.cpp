#include "virtual_cards/printer/unit.hpp"

#include "virtual_cards/printer/control.hpp"
#include "virtual_cards/printer/picture.hpp"

namespace rakit::printer {

Unit::Unit(UnitOptions options, CardBank& bank, Contacts& contacts, StationCard& station, Clock& clock)
    : x_options(std::move(options)),
      x_bank(bank),
      x_station(station),
      x_printer(x_options.model, x_options.capacity, contacts, clock,
                [this](const std::string& card, const Face& face) { keep(card, face); }),
      x_esc(x_printer) {}

Result<bool> Unit::find_again() {
    if (x_options.store == nullptr) return false;
    auto found = x_options.store->found();
    if (!found) return Unexpected{std::move(found).error()};
    const auto keep = [store = x_options.store](const Machine& machine) { store->keep(machine); };
    if (!*found) {
        x_printer.tell(keep);
        return false;
    }
    for (auto& card : (*found)->cards) {
        auto name = card->serial();
        x_bank.add(name, kept(std::move(card)));
    }
    x_printer.take_over(std::move((*found)->machine));
    x_printer.tell(keep);
    return true;
}

std::unique_ptr<cards::ImageCard> Unit::kept(std::unique_ptr<cards::ImageCard> card) {
    return x_options.store == nullptr ? std::move(card) : x_options.store->kept(std::move(card));
}

Result<std::string> Unit::load(std::unique_ptr<cards::ImageCard> card, bool back) {
    const auto name = card->serial();
    const auto machine = x_printer.look();
    for (const auto& one : machine.cards)
        if (one.card == name && one.place != Place::taken)
            return fail(ErrorCode::usage, "the printer already has a card " + name);
    x_bank.add(name, kept(std::move(card)));
    if (const auto refusal = x_printer.ask(Load{name, back}); refusal != Refusal::none)
        return fail(ErrorCode::usage, (back ? "the slot" : "the hopper") + std::string(" takes no card: ") +
                                          std::string(rakit::printer::name(refusal)));
    return name;
}

void Unit::keep(const std::string& card, const Face& face) {
    if (x_options.faces.empty() || !face.picture) return;
    auto& printed = x_faces[{card, face.side}];
    overlay(printed, *face.picture);
    const auto file = x_options.faces / (card + (face.side == Side::front ? "-front.png" : "-back.png"));
    // A picture that can't be kept is no fault of the printer's; state still counts the print.
    (void)write_png(printed, file).has_value();
}

std::string Unit::control(std::string_view line) {
    return answer_control(
        {x_printer, x_bank, x_station, x_options.open_card,
         [this](std::unique_ptr<cards::ImageCard> card, bool back) { return load(std::move(card), back); }},
        line);
}

}  // namespace rakit::printer
