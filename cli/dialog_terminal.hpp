#pragma once

#include <memory>

#include "cli/certificate_folder.hpp"
#include "common/base/descriptor.hpp"

namespace rakit::cli {

/// DialogTerminal asks a person: readable tables, numbered choices, nothing echoed for PINs. Ctrl-C, Ctrl-D or an empty
/// PIN cancels (pin_cancelled).
class DialogTerminal final : public reference::Dialog {
public:
    /// open takes the process's controlling terminal, /dev/tty. Failure: prompt_unavailable.
    static Result<std::unique_ptr<DialogTerminal>> open(CertificateFolder folder);
    /// The dialog on an open terminal.
    DialogTerminal(Descriptor terminal, CertificateFolder folder)
        : x_terminal(std::move(terminal)), x_folder(std::move(folder)) {}

    Result<Pin> ask_pin(const reference::PinPrompt& prompt) override;
    Result<std::vector<reference::ActionChoice>> choose_actions(const reference::Contents& contents) override;
    Result<std::string> choose_procedure(const std::vector<reference::Procedure>& procedures) override;
    Result<std::map<std::string, std::string>> fill_fields(const std::vector<reference::Field>& fields,
                                                           const std::map<std::string, std::string>& known) override;
    void tell(const std::string& code, const std::string& text) override;
    void progress(const std::string& step) override;
    Result<void> hand_out(const reference::LineOutcome& line) override;

private:
    void say(const std::string& text);
    Result<std::string> ask(const std::string& question);
    /// choose asks for one of `count` numbers; an empty answer is `preset`.
    Result<std::size_t> choose(const std::string& question, std::size_t count, std::size_t preset);
    Result<reference::ActionChoice> choose_action(const reference::KeyLine& key);

    Descriptor x_terminal;
    CertificateFolder x_folder;
};

}  // namespace rakit::cli
