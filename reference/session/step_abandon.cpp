#include "reference/session/handlers.hpp"

// An order that the CM refuses for good: what came of it is undone where it can be, and said where it can't.
namespace rakit::reference::core {

Transition drop_order(State state, const std::string& what, Effects silent) {
    unlock(state, silent);
    tell(state, silent, "order_abandoned", "order " + to_hex(state.order.transaction_id) + " is abandoned: " + what);
    state.failure.reset();
    return go(std::move(state), Stage::closing, std::move(silent), CloseJournal{});
}

Transition abandon(State state, OpenOrder::Stage stage, Effects silent) {
    state.abandoning = true;
    if (stage == OpenOrder::Stage::written)
        return drop_order(std::move(state), "its certificates are on the card, and the CM was not told",
                          std::move(silent));
    if (!state.issued)
        return drop_order(std::move(state),
                          "the card was not changed; if the CM issued its certificates, have them revoked there",
                          std::move(silent));
    const Stage then = writes(state.order) ? Stage::saving_issued : Stage::refusing;
    return ask_signature_pin(std::move(state), then, std::move(silent));
}

}  // namespace rakit::reference::core
