#include <algorithm>

#include "reference/session/handlers.hpp"

namespace rakit::reference::core {
namespace {

/// plan_signing lists the VERIFYs and signatures of the lock: a key with userConsent gets a VERIFY immediately before
/// its signature, others one for each PIN; then, unless the writing is authorised later, what the writing needs.
std::vector<CardStep> plan_signing(const State& state, bool writing_later) {
    std::vector<CardStep> steps;
    std::set<std::string> verified;
    for (std::size_t i = 0; i < state.order.lines.size(); ++i) {
        const auto* key = state.contents.key(state.order.lines[i].key);
        if (key != nullptr && !key->pin.empty() && (key->user_consent || verified.count(key->pin) == 0)) {
            steps.push_back({key->pin, i});
            verified.insert(key->pin);
        }
        steps.push_back({std::nullopt, i});
    }
    if (writing_later) return steps;
    const auto for_writing = write_pins(state);
    std::vector<CardStep> writing;
    for (const auto& pin : state.contents.pins) {
        const bool needed =
            writes(state.order) && std::find(for_writing.begin(), for_writing.end(), pin.id) != for_writing.end();
        const bool op = pin.is_so_pin && state.prepared->op_pin_required;
        if ((needed || op) && verified.insert(pin.id).second) writing.push_back({pin.id, 0});
    }
    steps.insert(steps.end(), writing.begin(), writing.end());
    return steps;
}

Transition next_card_step(State state) {
    if (state.card_steps.empty()) {
        Effects effects;
        unlock(state, effects);
        return reenter(std::move(state), Stage::encoding, std::move(effects));
    }
    const CardStep next = state.card_steps.front();
    if (next.pin) {
        auto effect = verify(state, *next.pin);
        return go(std::move(state), Stage::signing, {}, std::move(effect));
    }
    MakeRequestSignature effect{state.order, next.line, *state.contents.key(state.order.lines[next.line].key)};
    return go(std::move(state), Stage::signing, {}, std::move(effect));
}

Transition card_step_done(State state) {
    state.card_steps.erase(state.card_steps.begin());
    return next_card_step(std::move(state));
}

Transition ask_officer_pin(State state, const std::string& id, Effects silent = {}) {
    const char* label = id == "tls-pin" ? "PIN of the officer who connects" : "Signature PIN of the officer";
    PinPrompt prompt{id, label, {}, false};
    return go(std::move(state), Stage::asking_signature_pin, std::move(silent), AskPin{std::move(prompt), {}});
}

bool has_certificate(const Issued& issued, const OrderLine& line) {
    return std::any_of(issued.certificates.begin(), issued.certificates.end(),
                       [&](const auto& one) { return one.first == line.key && one.second.spki() == line.spki; });
}

}  // namespace

Transition ask_signature_pin(State state, Stage then, Effects silent) {
    state.after_pins = then;
    unlock(state, silent);
    return ask_officer_pin(std::move(state), "signature-pin", std::move(silent));
}

Transition on_officer_pin_missing(State state, const SecretMissing& event, const Policy&) {
    return ask_officer_pin(std::move(state), event.prompt);
}

Transition ask_pins(State state, Stage then, Effects silent) {
    state.after_pins = then;
    for (const auto& prompt : state.prompts)
        if (prompt.tries_left == 0)
            return give_up(
                std::move(state),
                {ErrorCode::pin_blocked, prompt.label + " is blocked", {}, {}, "unblock it with the PUK first", {}});
    if (state.prompts.empty()) return reenter(std::move(state), then, std::move(silent));
    AskPin effect{state.prompts.front(), state.contents.serial};
    return go(std::move(state), Stage::asking_pins, std::move(silent), std::move(effect));
}

Transition on_pin(State state, const PinGiven&, const Policy&) {
    state.given.insert(state.prompts.front().id);
    state.prompts.erase(state.prompts.begin());
    const Stage then = state.after_pins;
    return ask_pins(std::move(state), then);
}

Transition on_locked_to_sign(State state, const CardLocked&, const Policy&) {
    state.card_locked = true;
    return go(std::move(state), Stage::comparing_to_sign, {}, ReadIdentity{});
}

Transition on_compared_to_sign(State state, const IdentityRead& event, const Policy& policy) {
    if (auto error = card_changed(state, event.identity)) return give_up(std::move(state), std::move(*error));
    state.requests.clear();
    state.card_steps = plan_signing(state, policy.issue_first || state.prepared->issue_first);
    return next_card_step(std::move(state));
}

Transition on_pin_verified(State state, const PinVerified&, const Policy&) { return card_step_done(std::move(state)); }

Transition on_request_signed(State state, const RequestSigned& event, const Policy&) {
    state.requests.push_back(event.request);
    return card_step_done(std::move(state));
}

Transition on_encoded(State state, const OrderEncoded& event, const Policy&) {
    state.encoded = event.encoded;
    auto open = open_order(state, OpenOrder::Stage::prepared);
    return go(std::move(state), Stage::saving_order, {}, Checkpoint{std::move(open)});
}

Transition on_order_saved(State state, const CheckpointWritten&, const Policy&) {
    state.saved = true;
    return reenter(std::move(state), Stage::submitting);
}

Transition on_issued(State state, const OrderIssued& event, const Policy& policy) {
    const auto before = state.submission.issued.certificates.size();
    state.submission = event.submission;
    const Issued& issued = state.submission.issued;
    // One key per call, or somebody's approval: what there is must survive this process.
    if (state.submission.pending ||
        (issued.certificates.size() > before && issued.certificates.size() < state.order.lines.size())) {
        auto open = open_order(state, OpenOrder::Stage::prepared);
        return go(std::move(state), Stage::saving_progress, {}, Checkpoint{std::move(open)});
    }
    for (const auto& line : state.order.lines)
        if (!has_certificate(issued, line))
            return on_failed(std::move(state),
                             {{ErrorCode::cm_answer_mismatch,
                               "the CM's answer holds no certificate for this key",
                               {},
                               {},
                               {},
                               line.key}},
                             policy);
    state.issued = issued;
    auto open = open_order(state, OpenOrder::Stage::issued);
    return go(std::move(state), Stage::saving_issued, {}, Checkpoint{std::move(open)});
}

Transition on_progress_saved(State state, const CheckpointWritten&, const Policy&) {
    if (!state.submission.pending) return reenter(std::move(state), Stage::submitting);
    const std::string moment = to_iso8601(state.submission.pending->earliest);
    return give_up(std::move(state), {ErrorCode::cm_pending,
                                      "the order waits for approval at the CM",
                                      {},
                                      {},
                                      "wait until " + moment + " at least",
                                      {}});
}

Transition on_pin_missing(State state, const SecretMissing& event, const Policy&) {
    const Stage then = state.stage == Stage::signing ? Stage::locking_to_sign : Stage::locking_to_write;
    for (const auto& pin : state.contents.pins) {
        if (prompt_id(pin) != event.prompt) continue;
        state.given.erase(event.prompt);
        Effects effects;
        unlock(state, effects);
        if (pin.is_so_pin && state.prepared && state.prepared->op_pin_held)
            return reenter(std::move(state), Stage::preparing,
                           std::move(effects));  // the CM holds it, so it gives it again
        auto prompt = prompt_for(state, pin.id);
        if (!prompt) return give_up(std::move(state), std::move(prompt).error());
        state.prompts = {std::move(*prompt)};
        return ask_pins(std::move(state), then, std::move(effects));
    }
    return give_up(std::move(state),
                   {ErrorCode::internal, "no PIN belongs to the prompt " + event.prompt, {}, {}, {}, {}});
}

Transition on_signature_pin_missing(State state, const SecretMissing&, const Policy&) {
    const Stage then = state.stage;
    return ask_signature_pin(std::move(state), then);
}

}  // namespace rakit::reference::core
