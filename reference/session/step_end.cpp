#include <algorithm>

#include "reference/card/images.hpp"
#include "reference/session/handlers.hpp"
#include "reference/session/lines.hpp"

namespace rakit::reference::core {
namespace {

/// A refusal of the CM means that nothing was issued; so does a request that was never sent. Whatever else goes wrong
/// with a submission leaves open whether the CM issued: the order stays in the journal. A resent order may have been
/// issued before: only refusals that speak of the order itself close it, not those of the message, the officer, the
/// host.
bool nothing_issued(ErrorCode code, bool resent) {
    if (resent) return code > ErrorCode::domain_not_visible && code < ErrorCode::cm_maintenance;
    return code < ErrorCode::cm_internal || code == ErrorCode::cm_unreachable || code == ErrorCode::cm_untrusted ||
           code == ErrorCode::officer_credential_invalid;
}

/// The card will never take these certificates: nothing was written, and the CM should take them back.
bool cannot_be_written(ErrorCode code) { return code == ErrorCode::card_full || code == ErrorCode::add_not_possible; }

bool inside_write(Stage stage) {
    return stage == Stage::planning || stage == Stage::writing || stage == Stage::reading_back;
}

/// What goes wrong while writing has one code; the cause stands in the detail.
Error write_failure(Error error) {
    if (error.code == ErrorCode::card_write_failed || cannot_be_written(error.code)) return error;
    std::string line = error.line;
    return {ErrorCode::card_write_failed, to_string(error), {}, {}, {}, std::move(line)};
}

Error with_journal(const State& state, Error error) {
    std::string held = "order " + to_hex(state.order.transaction_id) + " is in the journal, ";
    held += state.issued               ? "its certificates are issued"
            : state.submission.pending ? "nothing is issued yet"
                                       : "the CM may have issued";
    error.detail += error.detail.empty() ? held : "; " + held;
    error.remedy = error.remedy.empty() ? "run rakit resume" : error.remedy + "; then run rakit resume";
    return error;
}

UpdateOutcome outcome(const State& state) {
    UpdateOutcome outcome{to_hex(state.order.transaction_id), {}, state.notices};
    if (state.issued && !state.failure && !state.abandoning) outcome.lines = line_outcomes(state.order, *state.issued);
    return outcome;
}

}  // namespace

Transition go(State state, Stage stage, Effects silent, Effect effect) {
    state.stage = stage;
    silent.push_back(std::move(effect));
    return {std::move(state), std::move(silent)};
}

void unlock(State& state, Effects& effects) {
    if (state.card_locked) effects.push_back(UnlockCard{});
    state.card_locked = false;
}

void tell(State& state, Effects& effects, std::string code, std::string text) {
    const auto said = std::pair(code, text);
    if (std::ranges::find(state.notices, said) != state.notices.end())
        return;  // the write plan repeats the contents' notes
    state.notices.push_back(said);
    effects.push_back(Tell{std::move(code), std::move(text)});
}

Transition end(State state, Effects silent) {
    unlock(state, silent);
    if (state.failure && state.saved) state.failure = with_journal(state, std::move(*state.failure));
    Finish finish{state.failure, outcome(state)};
    return go(std::move(state), Stage::finished, std::move(silent), std::move(finish));
}

Transition give_up(State state, Error error) {
    state.failure = std::move(error);
    return end(std::move(state));
}

Transition on_failed(State state, const Failed& event, const Policy&) {
    const Stage stage = state.stage;
    if (stage == Stage::refusing || stage == Stage::closing) {
        if (state.abandoning && stage == Stage::refusing)
            return drop_order(std::move(state), "the CM could not be told: " + to_string(event.error));
        // What led here counts; a journal that can't be closed counts only if nothing else went wrong.
        if (!state.failure) state.failure = event.error;
        return end(std::move(state));
    }
    if (state.abandoning && stage == Stage::planning && event.error.code == ErrorCode::certificate_unknown)
        return drop_order(std::move(state), "its certificates are on the card, and what they replaced is not");
    // Why the card is being put back as it was counts; what can't be put back now is the open order's.
    if (state.undoing) return end(std::move(state));
    state.failure = inside_write(stage) ? write_failure(event.error) : event.error;
    if (stage == Stage::writing && cannot_be_written(event.error.code) && state.issued->confirmation_required &&
        !state.abandoning) {
        state.undoing = true;
        return plan_write(std::move(state));
    }
    Effects effects;
    unlock(state, effects);
    const bool resent = state.resuming || state.submission.pending.has_value();
    const bool nothing = stage == Stage::submitting && nothing_issued(event.error.code, resent);
    if (nothing && !state.submission.issued.certificates.empty()) {
        // The order is one: what the CM issued before it refused goes back.
        state.issued = state.submission.issued;
        return reenter(std::move(state), Stage::refusing, std::move(effects));
    }
    if (nothing) return go(std::move(state), Stage::closing, std::move(effects), CloseJournal{});
    if (stage == Stage::planning && cannot_be_written(event.error.code) && state.issued->confirmation_required)
        return reenter(std::move(state), Stage::refusing, std::move(effects));
    return end(std::move(state), std::move(effects));
}

Transition reenter(State state, Stage stage, Effects silent) {
    switch (stage) {
        case Stage::listing_procedures: return go(std::move(state), stage, std::move(silent), ListProcedures{});
        case Stage::preparing: {
            silent.push_back(Progress{"prepare"});
            Prepare effect{state.order};
            return go(std::move(state), stage, std::move(silent), std::move(effect));
        }
        case Stage::locking_to_sign:
            silent.push_back(Progress{"sign"});
            return go(std::move(state), stage, std::move(silent), LockCard{});
        case Stage::encoding: {
            EncodeOrder effect{state.order, state.requests};
            return go(std::move(state), stage, std::move(silent), std::move(effect));
        }
        case Stage::submitting: {
            silent.push_back(Progress{"submit"});
            Submit effect{state.encoded, state.order, state.submission};
            return go(std::move(state), stage, std::move(silent), std::move(effect));
        }
        case Stage::saving_issued: return begin_write(std::move(state), std::move(silent));
        case Stage::locking_to_write:
            silent.push_back(Progress{"write"});
            return go(std::move(state), stage, std::move(silent), LockCard{});
        case Stage::handing_out: {
            auto lines = line_outcomes(state.order, *state.issued);
            std::erase_if(lines, [](const auto& line) { return line.stored; });
            return go(std::move(state), stage, std::move(silent),
                      HandOut{std::move(lines), to_hex(state.order.transaction_id)});
        }
        case Stage::confirming:
        case Stage::refusing: {
            silent.push_back(Progress{"confirm"});
            Confirm effect{state.order, *state.issued, stage == Stage::confirming};
            return go(std::move(state), stage, std::move(silent), std::move(effect));
        }
        default:
            return give_up(std::move(state),
                           {ErrorCode::internal, "no way into " + std::string(name(stage)), {}, {}, {}, {}});
    }
}

bool writes(const Order& order) {
    return std::any_of(order.lines.begin(), order.lines.end(),
                       [](const auto& line) { return line.action != name(Action::issue); });
}

std::string prompt_id(const PinState& pin) { return pin.is_so_pin ? "op-pin" : "pin:" + pin.id; }

Result<PinPrompt> prompt_for(const State& state, const std::string& id) {
    const auto* pin = state.contents.pin(id);
    if (pin == nullptr)
        return fail(ErrorCode::card_content_invalid, "the card names a PIN " + id + " that it doesn't describe");
    return PinPrompt{prompt_id(*pin), pin->label + " (card " + state.contents.serial + ")", pin->tries_left,
                     pin->tries_left == 1};
}

VerifyPin verify(const State& state, const std::string& id) {
    const auto* pin = state.contents.pin(id);
    return {*pin, prompt_id(*pin), state.contents.serial};
}

OpenOrder open_order(const State& state, OpenOrder::Stage stage) {
    OpenOrder open{stage,
                   state.order,
                   state.identity,
                   state.encoded,
                   state.issued,
                   state.submission.pending,
                   state.replace_ca,
                   state.images};
    if (!open.issued && !state.submission.issued.certificates.empty()) open.issued = state.submission.issued;
    return open;
}

std::optional<Error> card_changed(const State& state, const CardIdentity& found) {
    const auto torn = imaged_keys(state.images);
    const auto comparable = [&](CardIdentity identity) {
        std::erase_if(identity.keys, [&](const std::string& key) {
            return std::ranges::find(torn, key.substr(0, key.find(':'))) != torn.end();
        });
        return identity;
    };
    if (comparable(found) == comparable(state.identity)) return std::nullopt;
    const bool other = found.serial != state.identity.serial;
    return Error{ErrorCode::card_changed,
                 other ? "the card in the reader is " + found.serial + ", not " + state.identity.serial
                       : "the keys of card " + found.serial + " are not those that were read",
                 {},
                 {},
                 other ? "put the right card in" : "read the card again",
                 {}};
}

}  // namespace rakit::reference::core
