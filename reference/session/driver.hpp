#pragma once

#include <memory>

#include "reference/cm/cm_port.hpp"
#include "reference/journal/journal.hpp"
#include "reference/session/card_port.hpp"
#include "reference/session/pin_vault.hpp"
#include "reference/session/step.hpp"

namespace rakit::reference {

/// DriverPorts is what the driver does the effects with; borrowed for its length.
struct DriverPorts {
    CardPort& card;
    CmPort& cm;
    OfficerCredential& officer;
    Dialog& dialog;
    Clock& clock;
    Rng& rng;
    Trace& trace;
    std::filesystem::path journal_folder;
    std::chrono::seconds pin_deadline{60};
    FieldChoices* field_choices = nullptr;
    CardLog* card_log = nullptr;
    OfficerCredential* tls_officer = nullptr;  ///< null: `officer` opens the connection too
};

/// Driver runs the pure core: it does each effect and brings back what came of it. One Driver does one update.
class Driver {
public:
    Driver(DriverPorts ports, core::Policy policy);
    /// run goes from the start to Finish. `resume` continues an open order instead of beginning one.
    /// `abandon`, with `resume`, gives it up.
    Result<UpdateOutcome> run(const UpdateRequest& request, bool resume, bool abandon = false);

private:
    using Answer = std::optional<core::Event>;

    core::Event start(const UpdateRequest& request, bool resume, bool abandon);
    Answer perform(const core::UnlockCard&);
    Answer perform(const core::Tell& effect);
    Answer perform(const core::Progress& effect);
    Answer perform(const core::RememberFields& effect);
    Answer perform(const core::Finish& effect);
    Answer perform(const core::LockCard&);
    Answer perform(const core::ReadContents&);
    Answer perform(const core::ReadIdentity&);
    Answer perform(const core::OpenJournal& effect);
    Answer perform(const core::ChooseActions& effect);
    Answer perform(const core::AskPin& effect);
    Answer perform(const core::UnlockOfficer&);
    Answer perform(const core::ListProcedures&);
    Answer perform(const core::ChooseProcedure& effect);
    Answer perform(const core::RecallFields& effect);
    Answer perform(const core::FillForm& effect);
    Answer perform(const core::AskQuestion& effect);
    Answer perform(const core::Prepare& effect);
    Answer perform(const core::VerifyPin& effect);
    Answer perform(const core::MakeRequestSignature& effect);
    Answer perform(const core::EncodeOrder& effect);
    Answer perform(const core::Checkpoint& effect);
    Answer perform(const core::Submit& effect);
    Answer perform(const core::PlanWrite& effect);
    Answer perform(const core::WriteSteps& effect);
    Answer perform(const core::HandOut& effect);
    Answer perform(const core::Confirm& effect);
    Answer perform(const core::CloseJournal&);
    /// log writes down what an effect is about to do to the card.
    void log(const core::Effect& effect);
    /// officer_is_open tells whether the officer's key may still be used; after the deadline it is locked again.
    bool officer_is_open();
    void lock_officers();
    /// open unlocks one credential with the PIN that was given for it, if it isn't open.
    Answer open(OfficerCredential& officer, const char* prompt);
    /// with_tries completes an officer's prompt; pin_blocked if there is nothing left to try.
    Result<PinPrompt> with_tries(PinPrompt prompt) const;

    DriverPorts x_ports;
    core::Policy x_policy;
    PinVault x_vault;
    std::unique_ptr<Journal> x_journal;
    std::string x_card;          ///< serial number of the card that the update is for; empty before it was read
    std::string x_card_in_lock;  ///< serial number read in this lock; empty before
    std::optional<std::chrono::milliseconds> x_officer_since;
    std::optional<core::Finish> x_finish;
};

}  // namespace rakit::reference
