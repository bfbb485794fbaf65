#include <fstream>

#include "tests/bad_ra/bend.hpp"

// PINs: when they are asked for, where they are sent, where they are left.
namespace rakit::bad_ra {
namespace {

std::string digits(const Pin& pin) { return std::string(as_text(pin.digits())); }

void retries_a_wrong_pin(Ra& ra) {
    ra.verify = [](CardPort& card, const PinState& pin, const Pin& value) {
        auto verified = card.verify(pin, value);
        if (!verified && verified.error().code == ErrorCode::pin_wrong) return card.verify(pin, value);
        return verified;
    };
}
void asks_anew_after_a_wrong_one(Ra& ra) {
    ra.verify = [&ra](CardPort& card, const PinState& pin, const Pin& value) {
        auto verified = card.verify(pin, value);
        while (!verified && verified.error().code == ErrorCode::pin_wrong) {
            auto again = ra.ports.dialog.ask_pin({"pin:" + pin.id, pin.label, {}, false});
            if (!again) return Result<void>(fail(again.error()));
            verified = card.verify(pin, *again);
        }
        return verified;
    };
}
void cancelled_is_zeroes(Ra& ra) {
    ra.ask_pin = [](Dialog& officer, const PinPrompt& prompt) {
        auto pin = officer.ask_pin(prompt);
        if (!pin && prompt.id != "signature-pin") return Result<Pin>(Pin("00000000"));
        return pin;
    };
}
void logs_a_pin(Ra& ra) {
    ra.ask_pin = [&trace = ra.ports.trace](Dialog& officer, const PinPrompt& prompt) {
        auto pin = officer.ask_pin(prompt);
        if (pin) trace.emit({TraceEvent::Kind::note, prompt.id + " = " + digits(*pin), {}, {}});
        return pin;
    };
}
void logs_verify_in_hex(Ra& ra) {
    ra.verify = [&trace = ra.ports.trace](CardPort& card, const PinState& pin, const Pin& value) {
        trace.emit({TraceEvent::Kind::note, "> 0020000108" + to_hex(value.digits()), {}, {}});
        return card.verify(pin, value);
    };
}
void tells_the_wrong_pin(Ra& ra) {
    ra.verify = [](CardPort& card, const PinState& pin, const Pin& value) {
        auto verified = card.verify(pin, value);
        if (verified) return verified;
        auto error = verified.error();
        error.detail += ", given " + digits(value);
        return Result<void>(fail(std::move(error)));
    };
}
void leave(const Ra& ra, const std::string& name, const std::string& text) {
    std::ofstream(ra.ports.journal_folder / name) << text;
}
void keeps_pins_for_resume(Ra& ra) {
    ra.verify = [&ra](CardPort& card, const PinState& pin, const Pin& value) {
        leave(ra, "pin-" + pin.id, digits(value));
        return card.verify(pin, value);
    };
}
void tries_a_usual_pin_first(Ra& ra) {
    ra.verify = [](CardPort& card, const PinState& pin, const Pin& value) {
        if (auto lucky = card.verify(pin, Pin("12345678")); lucky) return lucky;
        return card.verify(pin, value);
    };
}
void keeps_pins_in_base64(Ra& ra) {
    ra.verify = [&ra](CardPort& card, const PinState& pin, const Pin& value) {
        leave(ra, "state", to_base64(to_bytes("pin " + digits(value))));
        return card.verify(pin, value);
    };
}
/// MyEID's CHANGE REFERENCE DATA takes the old value and the new one, each padded to the stored length.
void changes_the_pin(Ra& ra) {
    ra.verify = [](CardPort& card, const PinState& pin, const Pin& value) {
        auto verified = card.verify(pin, value);
        if (!verified) return verified;
        WriteStep change{WriteStep::Kind::tidy, "another PIN", {}};
        change.command.ins = 0x24;
        change.command.p2 = pin.reference;
        for (const auto& one : {digits(value), std::string("13572468")}) {
            append(change.command.data, as_bytes(one));
            change.command.data.resize(change.command.data.size() + pin.stored_length - one.size(), pin.pad);
        }
        return card.send(change);
    };
}
void keeps_the_held_op_pin(Ra& ra) {
    ra.prepare = [&ra](CmPort& cm, const Order& order) {
        auto answer = cm.prepare(order);
        if (answer && answer->first.op_pin_held)
            leave(ra, "prepare.json", "{\"opPin\": \"" + digits(answer->second) + "\"}");
        return answer;
    };
}
void sends_pin_2_as_pin_1(Ra& ra) {
    ra.verify = [](CardPort& card, const PinState& pin, const Pin& value) {
        PinState first = pin;
        if (pin.reference == 2) first.reference = 1;
        return card.verify(first, value);
    };
}
void spends_tries_on_short_pins(Ra& ra) {
    ra.verify = [](CardPort& card, const PinState& pin, const Pin& value) {
        PinState any = pin;
        any.min_length = 1;
        return card.verify(any, value);
    };
}
void asks_for_blocked_pins(Ra& ra) {
    before<core::ContentsRead>(ra, [](const core::State&, core::ContentsRead& event) {
        for (auto& pin : event.contents.pins) pin.tries_left.reset();
    });
}
void asks_for_each_use(Ra& ra) {
    before<core::CheckpointWritten>(ra, [](core::State& state, const core::CheckpointWritten&) {
        if (state.stage == core::Stage::saving_issued) state.given.clear();
    });
}
void asks_for_every_pin(Ra& ra) {
    ra.prepare = [](CmPort& cm, const Order& order) {
        auto answer = cm.prepare(order);
        if (answer) answer->first.op_pin_required = true;
        return answer;
    };
}
void forgets_the_op_pin(Ra& ra) {
    ra.prepare = [](CmPort& cm, const Order& order) {
        auto answer = cm.prepare(order);
        if (answer) answer->first.op_pin_required = answer->first.op_pin_held = false;
        return answer;
    };
    before<core::ContentsRead>(
        ra, [](const core::State&, core::ContentsRead& event) { event.contents.ca_write_pins.clear(); });
}
void asks_for_the_held_op_pin(Ra& ra) {
    ra.prepare = [](CmPort& cm, const Order& order) {
        auto answer = cm.prepare(order);
        if (answer) answer->first.op_pin_held = false;
        return answer;
    };
}
void asks_before_the_cm_knows(Ra& ra) {
    ra.procedures = [&ra](CmPort& cm) {
        auto early = ra.ports.dialog.ask_pin({"pin:01", "PIN 1", {}, false});
        if (!early) return Result<std::vector<Procedure>>(fail(early.error()));
        return cm.procedures();
    };
}
void submits_before_pins(Ra& ra) {
    ra.core = [](core::State state, const core::Event& event, const core::Policy& policy) {
        core::Policy first = policy;
        first.issue_first = true;
        return core::step(std::move(state), event, first);
    };
}
void leaves_pin_2_out(Ra& ra) {
    skip<core::VerifyPin>(
        ra,
        [](const core::State& state) {
            return state.stage == core::Stage::signing && state.card_steps.front().pin == "02";
        },
        [](const auto&, const auto&) { return core::PinVerified{}; });
}
void consents_once(Ra& ra) {
    before<core::ContentsRead>(ra, [](const core::State&, core::ContentsRead& event) {
        for (auto& key : event.contents.keys) key.user_consent = false;
    });
}
void verifies_for_writing_no_more(Ra& ra) {
    skip<core::VerifyPin>(ra, in(core::Stage::verifying_to_write),
                          [](const auto&, const auto&) { return core::PinVerified{}; });
}
void begins_again_after_a_wrong_pin(Ra& ra) {
    ra.run = [](const Drive& drive, const UpdateRequest& request, bool resuming) {
        auto outcome = drive(request, resuming);
        if (!outcome && outcome.error().code == ErrorCode::pin_wrong) return drive(request, resuming);
        return outcome;
    };
}

}  // namespace

std::vector<Deviation> pin_deviations() {
    return {
        {"retries-a-wrong-pin", "A wrong PIN is sent a second time.", "Two tries gone for one mistake.",
         "pins/wrong:pin-1", retries_a_wrong_pin},
        {"asks-anew-after-a-wrong-one", "After a wrong PIN the officer is asked again at once, to the last try.",
         "The card is blocked before anybody thinks.", "pins/wrong:pin-1", asks_anew_after_a_wrong_one},
        {"cancelled-is-zeroes", "A cancelled prompt counts as eight zeroes.", "Cancelling spends a try.",
         "pins/cancelled:pin-1", cancelled_is_zeroes},
        {"logs-a-pin", "What was typed at a prompt goes to the log.", "Whoever reads logs has the PIN.",
         "tc/redo:rsa-pin-1", logs_a_pin},
        {"logs-verify-in-hex", "The APDU log shows VERIFY with its data.", "Hex hides nothing.", "tc/redo:rsa-pin-1",
         logs_verify_in_hex},
        {"tells-the-wrong-pin", "The message about a wrong PIN repeats it.", "One digit off is as good as the PIN.",
         "pins/wrong:pin-1", tells_the_wrong_pin},
        {"keeps-pins-for-resume", "PINs are kept on disk, so that resume needn't ask.",
         "The journal outlives the officer's presence.", "tc/redo:rsa-pin-1", keeps_pins_for_resume},
        {"tries-a-usual-pin-first", "Before the PIN that was typed a usual one is tried.",
         "A try is gone for a moment; if the card is pulled then, for good.", "tc/redo:rsa-pin-1",
         tries_a_usual_pin_first},
        {"keeps-pins-in-base64", "A PIN is kept on disk in base64.", "Whoever finds the file can read it.",
         "tc/redo:rsa-pin-1", keeps_pins_in_base64},
        {"changes-the-pin", "The card gets another PIN with its certificate.", "Its holder is locked out.",
         "tc/redo:rsa-pin-1", changes_the_pin},
        {"keeps-the-held-op-pin", "The answer to prepare is kept on disk, OP PIN and all.",
         "One file opens every card of that batch.", "ca/replace:held", keeps_the_held_op_pin},
        {"sends-pin-2-as-pin-1", "What was typed for PIN 2 is sent to PIN 1.", "Tries of the wrong PIN are spent.",
         "tc/redo:ec-pin-2", sends_pin_2_as_pin_1},
        {"spends-tries-on-short-pins", "A PIN that is too short is sent all the same.",
         "The card counts what couldn't be right.", "pins/malformed:too-short", spends_tries_on_short_pins},
        {"asks-for-blocked-pins", "A blocked PIN is asked for.", "Nothing that is typed can help.",
         "pins/blocked:of-the-key", asks_for_blocked_pins},
        {"asks-for-each-use", "A PIN is asked for again for the writing.", "One prompt for each PIN, not for each use.",
         "tc/redo:rsa-pin-1", asks_for_each_use},
        {"asks-for-every-pin", "The OP PIN is asked for whether it is needed or not.",
         "An operator's secret is typed where it has no business.", "tc/redo:rsa-pin-1", asks_for_every_pin},
        {"forgets-the-op-pin", "The OP PIN is never asked for.",
         "CA certificates can't be written: found out after issuing.", "ca/replace:asked", forgets_the_op_pin},
        {"asks-for-the-held-op-pin", "The OP PIN is asked for though the CM holds it.",
         "The officer is not meant to know it.", "ca/replace:held", asks_for_the_held_op_pin},
        {"asks-before-the-cm-knows", "The card's PIN is asked for before the CM was asked anything.",
         "An officer who may not do it has the owner type the PIN.", "officer/refused:closed",
         asks_before_the_cm_knows},
        {"submits-before-pins", "The order goes to the CM before the PINs for writing were verified.",
         "A certificate is issued that can't be written.", "pins/wrong-for-writing", submits_before_pins},
        {"leaves-pin-2-out", "PIN 2 is asked for and not verified.", "The signature key refuses.", "tc/redo:ec-pin-2",
         leaves_pin_2_out},
        {"consents-once", "A key with userConsent gets one VERIFY for several signatures.",
         "The second signature fails half-way through the order.", "caught/two-consents", consents_once},
        {"verifies-for-writing-no-more", "Nothing is verified again in the lock in which the card is written.",
         "The card was reset in between, rightly so.", "tc/redo:rsa-pin-1", verifies_for_writing_no_more},
        {"begins-again-after-a-wrong-pin", "The whole update begins again after a wrong PIN.",
         "A retry by another name: the script spends tries.", "pins/wrong:pin-1", begins_again_after_a_wrong_pin},
    };
}

}  // namespace rakit::bad_ra
