#pragma once

#include <memory>

#include "cli/certificate_folder.hpp"
#include "cli/terminal.hpp"

namespace rakit::cli {

/// DialogTerminal asks a person: readable tables, arrow keys or numbers, nothing echoed for PINs. Ctrl-C, Ctrl-D, Esc
/// or an empty PIN leaves the dialog (pin_cancelled, cancelled).
class DialogTerminal final : public reference::Dialog {
public:
    /// open takes the process's controlling terminal, /dev/tty. Failure: prompt_unavailable.
    static Result<std::unique_ptr<DialogTerminal>> open(CertificateFolder folder);
    /// The dialog on an open terminal.
    DialogTerminal(Descriptor terminal, CertificateFolder folder)
        : x_terminal(std::move(terminal)), x_folder(std::move(folder)) {}

    Result<Pin> ask_pin(const reference::PinPrompt& prompt) override;
    Result<reference::ActionsAnswer> choose_actions(const reference::Contents& contents) override;
    Result<std::string> choose_procedure(const std::vector<reference::Procedure>& procedures) override;
    Result<reference::FilledForm> fill_form(const reference::InputForm& form) override;
    Result<bool> confirm(const reference::Question& question) override;
    void tell(const std::string& code, const std::string& text) override;
    void progress(const std::string& step) override;
    Result<void> hand_out(const reference::LineOutcome& line) override;

private:
    Result<reference::ActionChoice> choice_for(const reference::KeyLine& key, reference::Action action);

    Terminal x_terminal;
    CertificateFolder x_folder;
};

}  // namespace rakit::cli
