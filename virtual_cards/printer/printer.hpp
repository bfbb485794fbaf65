#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "virtual_cards/printer/machine.hpp"

namespace rakit::printer {

/// Contacts are those of the station: what they hold, PC/SC sees.
class Contacts {
public:
    virtual ~Contacts() = default;
    /// engage presses them on a card. Failure: the reader behind them can't be reached.
    virtual Result<void> engage(const std::string& card) = 0;
    /// disengage returns when the card has no power any more.
    virtual void disengage() = 0;
};

/// Model is what a printer says of itself.
struct Model {
    std::string name = "Rakit Card Printer";
    std::string serial = "RKT0000001";
    std::string firmware = "1.0";
};

/// Delivery is what becomes of an answer to the host.
enum class Delivery { sent, late, dropped };

/// Printer is a machine at work: it does the steps' effects at the contacts and hands out what was printed. Safe to use
/// from any thread; one movement at a time.
class Printer {
public:
    using OnPrinted = std::function<void(const std::string& card, const Face& face)>;
    using OnChanged = std::function<void(const Machine& machine)>;
    /// Contacts and clock are borrowed. `printed` is called with each face, from the asking thread.
    Printer(Model model, Capacity capacity, Contacts& contacts, Clock& clock, OnPrinted printed);

    /// take_over makes this the printer that `machine` was, and has its power come on; before anybody asks for
    /// anything.
    void take_over(Machine machine);
    /// tell has `changed` told of the state after each step from now on, before anybody is answered. It must not use
    /// the printer.
    void tell(OnChanged changed);

    const Model& model() const { return x_model; }
    /// ask does what a host or the operator asks for, or says why not.
    Refusal ask(const Input& input);
    /// look copies the state.
    Machine look() const;
    /// delivery tells what becomes of the answer that is about to be sent.
    Delivery delivery();
    /// tick lets time pass: a job that is left at the station ends.
    void tick();

    /// wait_and_do keeps a refused movement, to be done by the printer itself once the operator has mended what it was
    /// refused for (`Pem;0`); nothing takes it back. A cancelled job, a soft reset and power loss do too.
    void wait_and_do(std::optional<Input> input);

    /// command_started is called by the card when a command reaches it; false if the contacts broke just then.
    bool command_started();
    void command_ended();

private:
    Refusal move(const Input& input);
    std::vector<Effect> change(const Input& input, Refusal& refusal);
    Refusal carry_out(const Effect& effect);

    const Model x_model;
    Contacts& x_contacts;
    Clock& x_clock;
    const OnPrinted x_printed;
    std::mutex x_moving;         ///< one movement at a time, with its effects
    mutable std::mutex x_state;  ///< the machine; never held while the contacts move
    Machine x_machine;
    OnChanged x_changed;  ///< called with x_state held, so that the states come in their order
    std::optional<Input> x_waiting;
    std::chrono::milliseconds x_last_tick;
};

}  // namespace rakit::printer
