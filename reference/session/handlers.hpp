#pragma once

#include "reference/session/step.hpp"

/// The rows' right-hand sides, by what they are about; step.cpp has the table. Not for others.
namespace rakit::reference::core {

// step_order.cpp: from the card in the reader to an order that is ready to be signed
Transition on_started(State state, const Started& event, const Policy& policy);
Transition on_locked_to_read(State state, const CardLocked& event, const Policy& policy);
Transition on_contents(State state, const ContentsRead& event, const Policy& policy);
Transition on_journal(State state, const JournalOpened& event, const Policy& policy);
Transition on_actions(State state, const ActionsChosen& event, const Policy& policy);
Transition on_reload(State state, const ReloadWanted& event, const Policy& policy);
Transition on_signature_pin(State state, const PinGiven& event, const Policy& policy);
Transition on_officer(State state, const OfficerUnlocked& event, const Policy& policy);
Transition on_officer_pin_missing(State state, const SecretMissing& event, const Policy& policy);
Transition on_procedures(State state, const ProceduresListed& event, const Policy& policy);
Transition on_procedure(State state, const ProcedureChosen& event, const Policy& policy);
Transition on_fields_recalled(State state, const FieldsRecalled& event, const Policy& policy);
Transition on_form(State state, const FormFilled& event, const Policy& policy);
Transition on_prepared(State state, const Prepared& event, const Policy& policy);
Transition on_replace_ca(State state, const QuestionAnswered& event, const Policy& policy);

// step_sign.cpp: PINs, request signatures, the submission
Transition on_real_card(State state, const QuestionAnswered& event, const Policy& policy);
Transition on_pin(State state, const PinGiven& event, const Policy& policy);
Transition on_locked_to_sign(State state, const CardLocked& event, const Policy& policy);
Transition on_compared_to_sign(State state, const IdentityRead& event, const Policy& policy);
Transition on_pin_verified(State state, const PinVerified& event, const Policy& policy);
Transition on_request_signed(State state, const RequestSigned& event, const Policy& policy);
Transition on_encoded(State state, const OrderEncoded& event, const Policy& policy);
Transition on_order_saved(State state, const CheckpointWritten& event, const Policy& policy);
Transition on_progress_saved(State state, const CheckpointWritten& event, const Policy& policy);
Transition on_approval_awaited(State state, const ApprovalAwaited& event, const Policy& policy);
Transition on_issued(State state, const OrderIssued& event, const Policy& policy);
Transition on_pin_missing(State state, const SecretMissing& event, const Policy& policy);
Transition on_signature_pin_missing(State state, const SecretMissing& event, const Policy& policy);

// step_write.cpp: from the certificates to the end
Transition on_issued_saved(State state, const CheckpointWritten& event, const Policy& policy);
Transition on_locked_to_write(State state, const CardLocked& event, const Policy& policy);
Transition on_compared_to_write(State state, const IdentityRead& event, const Policy& policy);
Transition on_write_pin_verified(State state, const PinVerified& event, const Policy& policy);
Transition on_planned(State state, const WritePlanned& event, const Policy& policy);
Transition on_images_saved(State state, const CheckpointWritten& event, const Policy& policy);
Transition on_written(State state, const CardWritten& event, const Policy& policy);
Transition on_read_back(State state, const ContentsRead& event, const Policy& policy);
Transition on_written_saved(State state, const CheckpointWritten& event, const Policy& policy);
Transition on_handed_out(State state, const HandedOut& event, const Policy& policy);
Transition on_confirmed(State state, const Confirmed& event, const Policy& policy);
Transition on_refused(State state, const Confirmed& event, const Policy& policy);
Transition on_closed(State state, const JournalClosed& event, const Policy& policy);

// step_end.cpp: what goes wrong
Transition on_failed(State state, const Failed& event, const Policy& policy);

// Shared by them

/// go moves to a stage with the effect that it waits for behind the silent ones.
Transition go(State state, Stage stage, Effects silent, Effect effect);
/// end finishes with what the state holds, unlocking the card if need be.
Transition end(State state, Effects silent = {});
/// give_up ends with an error.
Transition give_up(State state, Error error);
/// tell adds a notice to the state and to the effects.
void tell(State& state, Effects& effects, std::string code, std::string text);
/// unlock adds the effect if the card is locked.
void unlock(State& state, Effects& effects);

/// ask_signature_pin leads through the prompt to `then`, one of the stages that reenter() knows.
Transition ask_signature_pin(State state, Stage then, Effects silent = {});
/// ask_pins asks for the prompts still open, then goes to `then`; blocked PINs end the update. An order that writes to
/// a card that is no virtual one is asked about before, once.
Transition ask_pins(State state, Stage then, Effects silent = {});
/// reenter begins a stage that a prompt interrupted or preceded.
Transition reenter(State state, Stage stage, Effects silent = {});

/// plan_write asks for the plan that puts the order's certificates on the locked card, or takes them back.
Transition plan_write(State state);

/// writes tells whether the order puts anything on the card.
bool writes(const Order& order);
/// prompt_id gives the prompt for a PIN object: "op-pin" or "pin:<id>".
std::string prompt_id(const PinState& pin);
/// prompt_for makes the prompt; op_pin_required if the card has no such PIN.
Result<PinPrompt> prompt_for(const State& state, const std::string& pin);
/// verify makes the effect for a PIN object of the contents.
VerifyPin verify(const State& state, const std::string& pin);
/// open_order is the journal's record at a stage.
OpenOrder open_order(const State& state, OpenOrder::Stage stage);
/// begin_write goes on behind the issuing: PINs, the lock, or straight to handing out.
Transition begin_write(State state, Effects silent = {});
/// write_pins lists the PIN objects that writing this order takes, each once.
std::vector<std::string> write_pins(const State& state);
/// abandon gives an order of the journal up as far as it came (step_abandon.cpp).
Transition abandon(State state, OpenOrder::Stage stage, Effects silent);
/// drop_order takes the abandoned order out of the journal, and says what stays as it is.
Transition drop_order(State state, const std::string& what, Effects silent = {});
/// card_changed compares with the identity that the order is for. Keys whose objects an interrupted write may have torn
/// can't be compared.
std::optional<Error> card_changed(const State& state, const CardIdentity& found);

}  // namespace rakit::reference::core
