#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cli/certificate_folder.hpp"

namespace rakit::cli {

/// DialogEvents speaks docs/formats/events.md: a JSON object a line, events out, answers in. Answers are checked
/// against the schema; what doesn't fit the prompt fails with document_invalid, the end of the input with
/// prompt_unavailable.
class DialogEvents final : public reference::Dialog {
public:
    DialogEvents(int in, int out, CertificateFolder folder) : x_in(in), x_out(out), x_folder(std::move(folder)) {}
    Result<Pin> ask_pin(const reference::PinPrompt& prompt) override;
    Result<reference::ActionsAnswer> choose_actions(const reference::Contents& contents) override;
    Result<std::string> choose_procedure(const std::vector<reference::Procedure>& procedures) override;
    Result<reference::FilledForm> fill_form(const reference::InputForm& form) override;
    Result<bool> confirm(const reference::Question& question) override;
    void tell(const std::string& code, const std::string& text) override;
    void progress(const std::string& step) override;
    Result<void> hand_out(const reference::LineOutcome& line) override;
    /// emit writes one event.
    void emit(const nlohmann::json& event);

private:
    struct Answer;
    /// prompt emits the event and waits for the answer of that kind. Failure: pin_cancelled or cancelled if it says so.
    Result<Answer> prompt(const nlohmann::json& event);

    int x_in;
    int x_out;
    CertificateFolder x_folder;
    int x_line = 0;  ///< of the input, for messages
};

}  // namespace rakit::cli
