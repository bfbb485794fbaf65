#pragma once

#include "cli/terminal.hpp"
#include "reference/session/update.hpp"

namespace rakit::cli {

/// FormQuestions goes through an input view with a person: field by field, then which fields are visible and which QC
/// statements are added, until the person goes on. What can't stand is asked for again.
class FormQuestions {
public:
    FormQuestions(Terminal& terminal, reference::InputForm form) : x_terminal(terminal), x_form(std::move(form)) {}
    /// Failures: cancelled, prompt_unavailable.
    Result<reference::FilledForm> ask();

private:
    Result<void> ask_fields(bool only_empty);
    Result<void> ask_field(const reference::Field& field);
    Result<void> ask_visible();
    Result<void> add_statement();
    Result<void> drop_statement();
    /// ask_value composes the value of --qc for a statement's type.
    Result<std::string> ask_value(const std::string& type);
    void show() const;

    Terminal& x_terminal;
    reference::InputForm x_form;
    bool x_visible_chosen = false;
};

}  // namespace rakit::cli
