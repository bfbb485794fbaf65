#pragma once

#include <map>

#include "common/base/secret.hpp"
#include "reference/session/update.hpp"

namespace rakit::cli {

/// DialogFd takes secrets from a file descriptor, a line for each prompt: `prompt-id value`. With one try left the id
/// must be followed by `!`, so that nobody spends the last try unknowingly. A line serves one prompt. All else goes to
/// `next`.
class DialogFd final : public reference::Dialog {
public:
    DialogFd(int fd, reference::Dialog& next) : x_fd(fd), x_next(next) {}
    Result<Pin> ask_pin(const reference::PinPrompt& prompt) override;
    Result<reference::ActionsAnswer> choose_actions(const reference::Contents& contents) override {
        return x_next.choose_actions(contents);
    }
    Result<std::string> choose_procedure(const std::vector<reference::Procedure>& procedures) override {
        return x_next.choose_procedure(procedures);
    }
    Result<reference::FilledForm> fill_form(const reference::InputForm& form) override {
        return x_next.fill_form(form);
    }
    Result<bool> confirm(const reference::Question& question) override { return x_next.confirm(question); }
    void tell(const std::string& code, const std::string& text) override { x_next.tell(code, text); }
    void progress(const std::string& step) override { x_next.progress(step); }
    Result<void> hand_out(const reference::LineOutcome& line) override { return x_next.hand_out(line); }

private:
    int x_fd;
    reference::Dialog& x_next;
    std::multimap<std::string, Pin> x_waiting;  ///< lines that came before their prompt
};

}  // namespace rakit::cli
