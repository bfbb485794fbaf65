#include "reference/batch/feeder.hpp"

namespace rakit::reference {
namespace {

/// of_contacts: failures after which pressing the contacts on again may help.
bool of_contacts(ErrorCode what) {
    return what == ErrorCode::printer_contact_failed || what == ErrorCode::card_absent ||
           what == ErrorCode::card_mute || what == ErrorCode::card_removed;
}

/// gone_under_our_hands: the contacts opened in the middle of an update; a write that broke off says so by itself.
bool gone_under_our_hands(const Error& error) {
    return of_contacts(error.code) || error.code == ErrorCode::card_write_failed;
}

}  // namespace

std::string_view name(Whereabouts where) {
    switch (where) {
        case Whereabouts::ejected: return "ejected";
        case Whereabouts::rejected: return "rejected";
        case Whereabouts::inside: return "inside";
        case Whereabouts::lost: return "lost";
        case Whereabouts::taken: return "taken";
        case Whereabouts::unknown: break;
    }
    return "unknown";
}

Result<void> Feeder::move(Result<void> (CardPrinter::*movement)()) {
    Result<void> done;
    for (unsigned attempt = 0; attempt < x_ports.policy.link_tries; ++attempt) {
        if (attempt > 0) x_ports.clock.sleep(x_ports.policy.pause);
        done = (x_ports.printer.*movement)();
        if (done) return done;
        // A broken connection may have carried the order or not; for feeding and engaging a second order does no harm.
        if (done.error().code != ErrorCode::printer_busy && done.error().code != ErrorCode::printer_offline)
            return done;
    }
    return done;
}

Result<Contents> Feeder::present() {
    Result<Contents> contents = fail(ErrorCode::printer_contact_failed, "never tried");
    for (unsigned attempt = 0; attempt < x_ports.policy.contact_tries; ++attempt) {
        auto engaged = move(&CardPrinter::to_station);
        if (engaged) engaged = x_ports.wait_for_card(x_ports.policy.presence);
        contents = engaged ? read_card(x_ports.reader, x_ports.transport_policies, x_ports.trace)
                           : Result<Contents>(Unexpected{engaged.error()});
        if (contents || !of_contacts(contents.error().code)) return contents;
        // A printer that lost its power in the middle shows as a card that is gone.
        if (const auto state = x_ports.printer.state(); !state) return Unexpected{state.error()};
    }
    const Error& last = contents.error();
    return fail(
        ErrorCode::printer_contact_failed,
        "the card's chip wasn't reached in " + std::to_string(x_ports.policy.contact_tries) + " tries: " + last.detail,
        x_ports.reader.name());
}

Result<UpdateOutcome> Feeder::work(const std::string& serial, const std::function<Result<UpdateOutcome>()>& update,
                                   const std::function<Result<UpdateOutcome>()>& resume) {
    Result<UpdateOutcome> outcome = update();
    for (unsigned attempt = 1; attempt < x_ports.policy.update_tries && !outcome; ++attempt) {
        const auto what = outcome.error().code;
        if (what == ErrorCode::order_open && resume) {
            outcome = resume();
            continue;
        }
        if (!gone_under_our_hands(outcome.error())) break;
        const auto again = present();
        if (!again) return Unexpected{again.error()};
        if (again->identity().serial != serial)
            return fail(ErrorCode::card_changed, "another card is at the station: " + again->identity().serial);
        outcome = update();
    }
    return outcome;
}

Result<void> Feeder::print(const FaceText& face) {
    Result<void> done;
    for (unsigned attempt = 0; attempt < x_ports.policy.link_tries; ++attempt) {
        if (attempt > 0) x_ports.clock.sleep(x_ports.policy.pause);
        done = x_ports.printer.print(face);
        // A printer that is busy has printed nothing; after a broken connection nobody knows.
        if (done || done.error().code != ErrorCode::printer_busy) return done;
    }
    return done;
}

Left Feeder::eject(const std::string& card) { return leave(card, &CardPrinter::eject, Whereabouts::ejected); }

Left Feeder::reject(const std::string& card) {
    // An error that is over, as of the ribbon, must not keep the card inside.
    clear();
    return leave(card, &CardPrinter::reject, Whereabouts::rejected);
}

Left Feeder::leave(const std::string& card, Result<void> (CardPrinter::*movement)(), Whereabouts wanted) {
    Result<void> done;
    for (unsigned attempt = 0; attempt < x_ports.policy.link_tries; ++attempt) {
        if (attempt > 0) x_ports.clock.sleep(x_ports.policy.pause);
        done = (x_ports.printer.*movement)();
        if (done) return settle(card, {wanted, {}});
        const auto what = done.error().code;
        if (what != ErrorCode::printer_busy && what != ErrorCode::printer_offline) break;
        // The order may have arrived though its answer didn't: ordering twice would be refused, not done twice.
        const auto state = x_ports.printer.state();
        if (state && !state->card_inside) break;
    }
    auto left = where();
    if (left.where == Whereabouts::ejected || left.where == Whereabouts::rejected) return settle(card, left);
    left.detail += (left.detail.empty() ? "" : ": ") + to_string(done.error());
    return settle(card, left);
}

Left Feeder::where() {
    const auto state = x_ports.printer.state();
    if (!state) return {Whereabouts::inside, "still inside, state unknown: the printer can't be reached"};
    if (state->phase == "card-lost") return {Whereabouts::lost, "the printer lost it"};
    if (state->card_inside) return {Whereabouts::inside, "still inside, state " + state->phase};
    if (state->phase == "done") return {Whereabouts::ejected, {}};
    if (state->phase == "rejected") return {Whereabouts::rejected, {}};
    return {Whereabouts::taken, "taken out by hand: the printer, in state " + state->phase + ", is empty"};
}

void Feeder::clear() {
    // One that isn't mended yet shows with the next movement.
    (void)x_ports.printer.clear().has_value();
}

Left Feeder::settle(const std::string& card, Left left) {
    note(std::string(name(left.where)), card, left.detail);
    return left;
}

void Feeder::note(const std::string& what, const std::string& card, const std::string& detail) {
    if (x_ports.card_log != nullptr) x_ports.card_log->add({what, card, {}, detail});
}

Result<UpdateOutcome> in_turn(Feeder& feeder, Dialog& dialog, const std::function<Result<UpdateOutcome>()>& update,
                              const std::function<Result<UpdateOutcome>()>& resume) {
    feeder.clear();
    const auto contents = feeder.present();
    const std::string card = contents ? contents->identity().serial : "";
    auto outcome = contents ? feeder.work(card, update, resume) : Result<UpdateOutcome>(Unexpected{contents.error()});
    if (!contents && feeder.where().where != Whereabouts::inside) return outcome;
    const auto left = outcome ? feeder.eject(card) : feeder.reject(card);
    dialog.tell("card_" + std::string(name(left.where)), "the card " + (card.empty() ? card : card + " ") + "is " +
                                                             std::string(name(left.where)) +
                                                             (left.detail.empty() ? "" : ": " + left.detail));
    if (outcome && left.where != Whereabouts::ejected)
        return fail(ErrorCode::printer_mechanical, "the card is updated, but not ejected: " + left.detail);
    return outcome;
}

}  // namespace rakit::reference
