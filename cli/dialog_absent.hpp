#pragma once

#include "cli/certificate_folder.hpp"

namespace rakit::cli {

/// DialogAbsent is nobody at a terminal: what the options left open fails with prompt_unavailable and names the option.
class DialogAbsent final : public reference::Dialog {
public:
    explicit DialogAbsent(CertificateFolder folder) : x_folder(std::move(folder)) {}
    Result<Pin> ask_pin(const reference::PinPrompt& prompt) override;
    Result<reference::ActionsAnswer> choose_actions(const reference::Contents& contents) override;
    Result<std::string> choose_procedure(const std::vector<reference::Procedure>& procedures) override;
    Result<reference::FilledForm> fill_form(const reference::InputForm& form) override;
    Result<bool> confirm(const reference::Question& question) override;
    void tell(const std::string& code, const std::string& text) override;
    void progress(const std::string&) override {}
    Result<void> hand_out(const reference::LineOutcome& line) override;

private:
    CertificateFolder x_folder;
};

}  // namespace rakit::cli
