#pragma once

#include <variant>

#include "reference/session/state.hpp"

namespace rakit::reference::core {

// Silent effects: done at once, answered by no event.

struct UnlockCard {};
struct Tell {
    std::string code;
    std::string text;
};
struct Progress {
    std::string step;
};
/// RememberFields keeps the officer's choice for the next time; it can't fail an update.
struct RememberFields {
    std::string procedure;
    std::vector<std::string> visible;
};
/// Finish ends the update: secrets are wiped, the officer's key and the journal's lock are let go.
struct Finish {
    std::optional<Error> error;
    UpdateOutcome outcome;
};

// Effects that answer: each is the last of its step and brings one event.

struct LockCard {};
struct ReadContents {};
struct ReadIdentity {};
struct OpenJournal {
    std::string serial;
};
struct ChooseActions {
    Contents contents;
};
struct AskPin {
    PinPrompt prompt;
    std::string card_serial;  ///< the card that the PIN is for; empty: the officer's
};
struct UnlockOfficer {};
struct ListProcedures {};
struct ChooseProcedure {
    std::vector<Procedure> procedures;
};
/// RecallFields asks which fields the officer chose to see before.
struct RecallFields {
    std::string procedure;
};
struct FillForm {
    InputForm form;
};
struct AskQuestion {
    Question question;
};
struct Prepare {
    Order order;
};
/// VerifyPin sends the PIN that was given for `prompt`, if the card in the lock has the serial it was given for.
struct VerifyPin {
    PinState pin;
    std::string prompt;
    std::string card_serial;
};
struct MakeRequestSignature {
    Order order;
    std::size_t line = 0;
    KeyLine key;
};
struct EncodeOrder {
    Order order;
    std::vector<Bytes> requests;
};
struct Checkpoint {
    OpenOrder open;
};
struct Submit {
    Bytes encoded;
    Order order;
    Submission so_far;
};
struct PlanWrite {
    WriteOrder wanted;
};
struct WriteSteps {
    WritePlan plan;
};
struct HandOut {
    std::vector<LineOutcome> lines;
};
struct Confirm {
    Order order;
    Issued issued;
    bool accepted = false;
};
struct CloseJournal {};

using Effect = std::variant<UnlockCard, Tell, Progress, RememberFields, Finish, LockCard, ReadContents, ReadIdentity,
                            OpenJournal, ChooseActions, AskPin, UnlockOfficer, ListProcedures, ChooseProcedure,
                            RecallFields, FillForm, AskQuestion, Prepare, VerifyPin, MakeRequestSignature, EncodeOrder,
                            Checkpoint, Submit, PlanWrite, WriteSteps, HandOut, Confirm, CloseJournal>;
using Effects = std::vector<Effect>;

}  // namespace rakit::reference::core
