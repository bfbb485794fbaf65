#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/rng.hpp"
#include "common/base/secret.hpp"
#include "common/base/trace.hpp"
#include "reference/card/card_reader.hpp"
#include "reference/card/contents.hpp"
#include "reference/cm/cm_port.hpp"
#include "reference/officer/officer.hpp"

namespace rakit::reference {

/// Action is what happens to one key (domain.md, Actions).
enum class Action { blank, issue, redo, add };

/// ActionChoice is the officer's choice on one line.
struct ActionChoice {
    std::string key;  ///< KeyLine::id, or its label
    Action action = Action::blank;
    std::optional<std::string> certificate;  ///< serial number in hex of the certificate that Redo replaces
};

/// ActionsAnswer is what the officer did at the contents.
struct ActionsAnswer {
    std::vector<ActionChoice> actions;
    bool reload = false;  ///< read the card again, and ask again
};

/// UpdateRequest is what the officer wants, all of it; what is missing is asked for through the Dialog.
struct UpdateRequest {
    std::vector<ActionChoice> actions;
    std::optional<std::string> procedure;
    std::map<std::string, std::string> fields;  ///< typed values
    std::vector<std::string> show_fields;       ///< made visible besides what the officer sees by default
    std::vector<std::string> hide_fields;       ///< made invisible; a required field stays
    bool auto_add_fields = false;               ///< all fields are visible
    bool remember_fields = false;               ///< the visible set that comes of it is kept for the officer
    std::vector<QcStatement> qc;                ///< statements that the officer adds
    std::optional<bool> replace_ca;             ///< nothing: asked for, if the procedure offers it
    bool issue_first = false;                   ///< ask the CM before the authorisations for writing are verified
};

/// InputForm is the input view of one order as the officer sees it (domain.md, Fields).
struct InputForm {
    std::string procedure;
    std::vector<Field> fields;  ///< all that the officer may see, in the input view's order; `visible`: shown now
    std::map<std::string, std::string> card;    ///< what the card's certificates hold, by field name
    std::map<std::string, std::string> values;  ///< of the visible fields: read from the card, overridden by typing
    std::optional<QcPolicy> qc;                 ///< only where the procedure issues qualified certificates
    std::vector<QcStatement> statements;        ///< added by the officer so far
};

/// FilledForm is the officer's answer to an InputForm.
struct FilledForm {
    std::map<std::string, std::string> values;           ///< an empty value takes one out, a missing one leaves it
    std::optional<std::vector<std::string>> visible;     ///< names of the fields to be shown; nothing: as it was
    std::optional<std::vector<QcStatement>> statements;  ///< all that the officer adds; nothing: as it was
};

/// Question is something that the officer says yes or no to.
struct Question {
    std::string id;       ///< "replace-ca", "real-card"
    std::string text;     ///< for people
    bool preset = false;  ///< what an empty answer means
    std::string option;   ///< of the command line: what answers it beforehand
};

/// PinPrompt is one question for a secret; one for each distinct PIN object.
struct PinPrompt {
    std::string id;     ///< "signature-pin", "pin:<PinState::id>", "op-pin"
    std::string label;  ///< for people: "PIN 1 (Anna's card 0A1B...)"
    std::optional<int> tries_left;
    bool last_try = false;  ///< one try left: the dialog must have the officer confirm
};

/// LineOutcome is what came of one key.
struct LineOutcome {
    std::string key;
    Action action = Action::blank;
    std::optional<x509::Certificate> certificate;  ///< the new one
    bool stored = false;                           ///< it is on the card
};

/// Dialog is the officer: a terminal, a file descriptor, JSON lines, a scenario.
class Dialog {
public:
    virtual ~Dialog() = default;
    /// ask_pin waits for a secret. Failure: pin_cancelled, prompt_unavailable.
    virtual Result<Pin> ask_pin(const PinPrompt& prompt) = 0;
    /// choose_actions asks for what UpdateRequest left open. Failures, also of the questions below: cancelled (the
    /// officer left), prompt_unavailable.
    virtual Result<ActionsAnswer> choose_actions(const Contents& contents) = 0;
    virtual Result<std::string> choose_procedure(const std::vector<Procedure>& procedures) = 0;
    virtual Result<FilledForm> fill_form(const InputForm& form) = 0;
    /// confirm asks a question; an officer who can't be asked says what is preset.
    virtual Result<bool> confirm(const Question& question) { return question.preset; }
    /// tell shows a notice: soft_token_warning, dropped fields, lastUpdate, what resume did.
    virtual void tell(const std::string& code, const std::string& text) = 0;
    /// progress says which step of the flow begins.
    virtual void progress(const std::string& step) = 0;
    /// hand_out gives the officer the certificate of an Issue; the order stays open until that worked, and a resumed
    /// order hands out again. Failure: file_unwritable.
    virtual Result<void> hand_out(const LineOutcome& line) {
        (void)line;
        return {};
    }
};

/// FieldChoices keeps which fields an officer chose to see, procedure by procedure; outside of any order.
class FieldChoices {
public:
    virtual ~FieldChoices() = default;
    /// recall gives the names of the visible fields; nothing if the officer never chose.
    virtual Result<std::optional<std::vector<std::string>>> recall(const x509::Certificate& officer,
                                                                   const std::string& procedure) = 0;
    /// remember replaces them. Failure: file_unwritable.
    virtual Result<void> remember(const x509::Certificate& officer, const std::string& procedure,
                                  const std::vector<std::string>& visible) = 0;
};

/// CardLogEntry is one thing that was about to be done to a card. It holds no secret.
struct CardLogEntry {
    std::string what;         ///< "verify", "sign", "submit", "write", "hand-out", "confirm", "refuse", "end"
    std::string card;         ///< serial number, hex
    std::string transaction;  ///< hex, where there is one
    std::string detail;
};

/// CardLog keeps what was done to which card, for whoever asks later.
class CardLog {
public:
    virtual ~CardLog() = default;
    virtual void add(const CardLogEntry& entry) = 0;
};

/// UpdateOutcome is what came of an update that went through.
struct UpdateOutcome {
    std::string transaction;  ///< hex
    std::vector<LineOutcome> lines;
    std::vector<std::pair<std::string, std::string>> notices;  ///< code and text, as told
};

/// kDefaultTransportPolicy is the policy OID that marks a TC where nobody says otherwise (harness-defined).
inline constexpr const char* kDefaultTransportPolicy = "2.25.259992147378155069564548854890386613715";

/// UpdatePorts is everything an update works with; borrowed for its length.
struct UpdatePorts {
    CardReader& reader;
    CmPort& cm;
    OfficerCredential& officer;
    Dialog& dialog;
    Clock& clock;
    Rng& rng;
    Trace& trace;
    std::filesystem::path journal_folder;
    std::vector<std::string> transport_policies;
    std::chrono::seconds pin_deadline{60};
    FieldChoices* field_choices = nullptr;     ///< null: nothing is kept between updates
    CardLog* card_log = nullptr;               ///< null: nothing is logged
    OfficerCredential* tls_officer = nullptr;  ///< who opens the connection; null: `officer`
};

/// read_card reads the contents of the card in the reader, in a lock of its own.
Result<Contents> read_card(CardReader& reader, const std::vector<std::string>& transport_policies, Trace& trace);

/// update runs the whole update of domain.md on the card in the reader. An Error means that it did not go through;
/// whatever was left half done stands in the journal, and the error says so.
Result<UpdateOutcome> update(UpdatePorts& ports, const UpdateRequest& request);

/// resume continues the journal's open order of the card in the reader, if there is one: with the same transaction,
/// without a second certificate for the same line. nothing_to_do if none is open.
Result<UpdateOutcome> resume(UpdatePorts& ports);

/// abandon gives the journal's open order of the card in the reader up, for a CM that refuses it for good: what a write
/// under way can still undo is undone, the CM is told if it issued and can be told, and the notice order_abandoned says
/// what stays. nothing_to_do if none is open.
Result<UpdateOutcome> abandon(UpdatePorts& ports);

}  // namespace rakit::reference
