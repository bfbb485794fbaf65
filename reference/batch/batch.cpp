#include "reference/batch/batch.hpp"

#include <algorithm>
#include <array>

namespace rakit::reference {
namespace {

/// of_all: failures that the next card would have too, so that rejecting one after the other helps nobody.
bool of_all(ErrorCode what) {
    constexpr std::array kThese{ErrorCode::cm_unreachable,
                                ErrorCode::cm_untrusted,
                                ErrorCode::cm_maintenance,
                                ErrorCode::officer_unknown,
                                ErrorCode::officer_closed,
                                ErrorCode::officer_certificate_expired,
                                ErrorCode::officer_certificate_revoked,
                                ErrorCode::officer_role_missing,
                                ErrorCode::officer_not_allowed_to_sign,
                                ErrorCode::officer_credential_invalid,
                                ErrorCode::officer_card_absent,
                                ErrorCode::officer_card_is_target,
                                ErrorCode::prompt_unavailable,
                                ErrorCode::pin_cancelled,
                                ErrorCode::cancelled,
                                ErrorCode::journal_write_failed,
                                ErrorCode::service_absent,
                                ErrorCode::reader_absent};
    return std::find(kThese.begin(), kThese.end(), what) != kThese.end();
}

/// Batch is one run.
class Batch {
public:
    Batch(BatchPorts& ports, const OrderList& list) : x_ports(ports), x_list(list) {}

    Result<BatchEnd> run() {
        for (const auto& order : x_list.orders) record().by_serial[order.serial];
        x_ports.feeder.clear();  // what stopped the last run may have been mended
        if (auto saved = x_ports.journal.save(); !saved) return Unexpected{std::move(saved).error()};
        settle_former();
        while (!x_stopped && open_orders() > 0)
            if (auto stepped = next_card(); !stepped) return Unexpected{std::move(stepped).error()};
        return BatchEnd{x_list.orders.size(), x_list.orders.size() - open_orders(), x_stopped};
    }

private:
    BatchRecord& record() { return x_ports.journal.record(); }

    /// open_orders counts those that aren't done. An updated card that a person took out of a jam is as it shall be,
    /// but isn't known to have come out: it stays open until it is fed again, or found at the station.
    std::size_t open_orders() {
        return static_cast<std::size_t>(std::count_if(
            x_list.orders.begin(), x_list.orders.end(),
            [&](const BatchOrder& order) { return record().by_serial[order.serial].state != OrderState::done; }));
    }

    const BatchOrder* order_for(const std::string& serial) const {
        const auto found = std::find_if(x_list.orders.begin(), x_list.orders.end(),
                                        [&](const BatchOrder& order) { return order.serial == serial; });
        return found == x_list.orders.end() ? nullptr : &*found;
    }

    /// settle_former: what the last run left in the printer is still there, or left meanwhile.
    void settle_former() {
        for (auto& card : record().fed) {
            if (card.left.where != Whereabouts::unknown && card.left.where != Whereabouts::inside) continue;
            const bool last = &card == &record().fed.back();
            card.left = last ? x_ports.feeder.where() : Left{Whereabouts::taken, "taken out by hand"};
            // Ejected, and only the journal didn't hear of it any more.
            auto order = record().by_serial.find(card.serial);
            if (card.left.where == Whereabouts::ejected && order != record().by_serial.end() &&
                order->second.state != OrderState::open)
                order->second.state = OrderState::done;
        }
    }

    Result<void> next_card() {
        auto contents = x_ports.feeder.present();
        if (!contents) return unreadable(contents.error());
        const std::string serial = contents->identity().serial;
        begin(serial);
        const auto* order = order_for(serial);
        if (order == nullptr)
            return reject({ErrorCode::printer_wrong_card, "no order is for the card " + serial, {}, {}, {}, {}},
                          nullptr);
        auto& state = record().by_serial[serial];
        if (state.state == OrderState::done) return finish(*order);  // put in once more, by hand
        if (state.state == OrderState::open) {
            if (auto saved = x_ports.journal.save(); !saved) return saved;
            const auto outcome = x_ports.feeder.work(
                serial, [&] { return x_ports.update(*order); }, x_ports.resume);
            if (!outcome) return reject(outcome.error(), &state);
            state = {OrderState::updated, outcome->transaction, {}, {}};
            if (auto saved = x_ports.journal.save(); !saved) return saved;
        }
        return finish(*order);
    }

    /// begin puts the card at the head of what the journal knows; one that was inside before is the same card.
    void begin(const std::string& serial) {
        auto& fed = record().fed;
        const bool again =
            !fed.empty() &&
            (fed.back().left.where == Whereabouts::inside || fed.back().left.where == Whereabouts::unknown) &&
            (fed.back().serial == serial || fed.back().serial.empty());
        if (!again) fed.emplace_back();
        fed.back() = {serial, {Whereabouts::unknown, "at the station"}, {}};
    }

    Result<void> finish(const BatchOrder& order) {
        auto& state = record().by_serial[order.serial];
        if (order.face && state.state == OrderState::updated) {
            const auto printed = x_ports.feeder.print(*order.face);
            if (!printed) return stop_with_card_inside(printed.error(), &state);
            state.state = OrderState::printed;
            if (auto saved = x_ports.journal.save(); !saved) return saved;
        }
        const auto left = x_ports.feeder.eject(order.serial);
        if (left.where == Whereabouts::ejected) state.state = OrderState::done;
        return end_card(left, {});
    }

    Result<void> reject(const Error& why, OrderRecord* order) {
        if (order != nullptr) {
            order->problem = name(why.code);
            order->detail = to_string(why);
        }
        const auto left = x_ports.feeder.reject(record().fed.back().serial);
        if (of_all(why.code)) x_stopped = why;
        return end_card(left, why);
    }

    /// stop_with_card_inside: what is wrong is the printer's, not the card's; it waits inside until that is mended.
    Result<void> stop_with_card_inside(const Error& why, OrderRecord* order) {
        order->problem = name(why.code);
        order->detail = to_string(why);
        x_stopped = why;
        return end_card(x_ports.feeder.where(), why);
    }

    Result<void> end_card(const Left& left, const std::optional<Error>& why) {
        auto& card = record().fed.back();
        card.left = left;
        if (why) card.problem = name(why->code);
        const bool away = left.where == Whereabouts::ejected || left.where == Whereabouts::rejected;
        if (!away && !x_stopped)
            x_stopped = why ? *why : Error{ErrorCode::printer_mechanical, left.detail, {}, {}, {}, {}};
        auto saved = x_ports.journal.save();
        x_ports.progress(record(), card);
        return saved;
    }

    /// unreadable: a card whose chip wasn't reached is rejected; anything else is the printer's and needs a person.
    Result<void> unreadable(const Error& why) {
        const bool of_card = why.code == ErrorCode::printer_contact_failed || why.code == ErrorCode::card_unsupported ||
                             why.code == ErrorCode::card_content_invalid;
        if (of_card) {
            begin({});
            return reject(why, nullptr);
        }
        x_stopped = why;
        const auto left = x_ports.feeder.where();
        if (left.where != Whereabouts::inside && left.where != Whereabouts::lost) return {};
        begin({});
        return end_card(left, why);
    }

    BatchPorts& x_ports;
    const OrderList& x_list;
    std::optional<Error> x_stopped;
};

}  // namespace

Result<BatchEnd> run_batch(BatchPorts& ports, const OrderList& list) { return Batch(ports, list).run(); }

bool accounted(const BatchRecord& record) {
    return std::all_of(record.fed.begin(), record.fed.end(),
                       [](const FedCard& card) { return card.left.where != Whereabouts::unknown; });
}

}  // namespace rakit::reference
