#include "virtual_cards/printer/printer.hpp"

#include <algorithm>

namespace rakit::printer {
namespace {

/// mends tells what an operator does to have a refused movement done after all.
bool mends(const Input& input) {
    return std::holds_alternative<Load>(input) || std::holds_alternative<CloseCover>(input) ||
           std::holds_alternative<EmptyTrays>(input) || std::holds_alternative<NewRibbon>(input);
}

/// forgets tells after what nothing is waited for any more: the host took it back, or the printer is a new one.
bool forgets(const Input& input) {
    return std::holds_alternative<PowerOn>(input) || std::holds_alternative<CancelJob>(input) ||
           std::holds_alternative<SoftReset>(input);
}

}  // namespace

Printer::Printer(Model model, Capacity capacity, Contacts& contacts, Clock& clock, OnPrinted printed)
    : x_model(std::move(model)),
      x_contacts(contacts),
      x_clock(clock),
      x_printed(std::move(printed)),
      x_last_tick(clock.elapsed()) {
    x_machine.capacity = capacity;
    x_machine.ribbon_left = capacity.ribbon;
}

void Printer::take_over(Machine machine) {
    {
        const std::lock_guard lock(x_state);
        machine.capacity = x_machine.capacity;
        x_machine = std::move(machine);
    }
    ask(PowerOn{});
}

void Printer::tell(OnChanged changed) {
    const std::lock_guard lock(x_state);
    x_changed = std::move(changed);
    x_changed(x_machine);
}

Refusal Printer::ask(const Input& input) {
    const std::lock_guard moving(x_moving);
    if (forgets(input)) x_waiting.reset();
    const Refusal refusal = move(input);
    if (refusal == Refusal::none && mends(input) && x_waiting) {
        const Input waiting = *std::exchange(x_waiting, {});
        // Mended in part, e.g. the cover closed but the feeder still empty: it goes on waiting.
        if (move(waiting) != Refusal::none) x_waiting = waiting;
    }
    return refusal;
}

Refusal Printer::move(const Input& input) {
    Refusal refusal = Refusal::none;
    for (const auto& effect : change(input, refusal))
        if (const Refusal failed = carry_out(effect); failed != Refusal::none) refusal = failed;
    return refusal;
}

std::vector<Effect> Printer::change(const Input& input, Refusal& refusal) {
    const std::lock_guard lock(x_state);
    auto next = step(std::move(x_machine), input);
    x_machine = std::move(next.machine);
    refusal = next.refusal;
    if (x_changed) x_changed(x_machine);
    return std::move(next.effects);
}

Refusal Printer::carry_out(const Effect& effect) {
    if (const auto* engaged = std::get_if<Engaged>(&effect)) {
        if (x_contacts.engage(engaged->card)) return Refusal::none;
        Refusal ignored = Refusal::none;
        change(Unreachable{}, ignored);
        return Refusal::mechanical;
    }
    if (std::holds_alternative<Disengaged>(effect)) x_contacts.disengage();
    if (const auto* printed = std::get_if<Printed>(&effect)) x_printed(printed->card, printed->face);
    return Refusal::none;
}

Machine Printer::look() const {
    const std::lock_guard lock(x_state);
    return x_machine;
}

Delivery Printer::delivery() {
    Refusal ignored = Refusal::none;
    const auto effects = change(Answering{}, ignored);
    const auto has = [&]<class T>(T) {
        return std::any_of(effects.begin(), effects.end(),
                           [](const Effect& effect) { return std::holds_alternative<T>(effect); });
    };
    if (has(DropConnection{})) return Delivery::dropped;
    return has(AnswerLate{}) ? Delivery::late : Delivery::sent;
}

void Printer::tick() {
    const std::lock_guard moving(x_moving);
    const auto now = x_clock.elapsed();
    move(Passed{now - std::exchange(x_last_tick, now)});
}

void Printer::wait_and_do(std::optional<Input> input) {
    const std::lock_guard moving(x_moving);
    x_waiting = std::move(input);
}

bool Printer::command_started() {
    Refusal ignored = Refusal::none;
    // The card itself cuts the link then: waiting here for the contacts to open would be waiting for itself.
    change(CommandStarted{}, ignored);
    return look().phase == Phase::encoding;
}

void Printer::command_ended() {
    Refusal ignored = Refusal::none;
    change(CommandEnded{}, ignored);
}

}  // namespace rakit::printer
