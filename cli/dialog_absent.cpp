#include "cli/dialog_absent.hpp"

#include <cstdio>

#include "cli/printable.hpp"
#include "reference/session/fields.hpp"

namespace rakit::cli {
namespace {

Unexpected unavailable(const std::string& what, const std::string& option) {
    return fail(ErrorCode::prompt_unavailable, what + " is needed, and there is no terminal to ask on", {},
                "give " + option);
}

}  // namespace

Result<Pin> DialogAbsent::ask_pin(const reference::PinPrompt& prompt) {
    return unavailable(prompt.label, "--pin-fd N and a line \"" + prompt.id + " VALUE\"");
}

Result<reference::ActionsAnswer> DialogAbsent::choose_actions(const reference::Contents&) {
    return unavailable("an action", "--action KEY=redo");
}

Result<std::string> DialogAbsent::choose_procedure(const std::vector<reference::Procedure>& procedures) {
    std::string names;
    for (const auto& procedure : procedures) names += (names.empty() ? "" : ", ") + printable(procedure.name);
    return unavailable("a procedure", "--procedure, one of: " + names);
}

Result<reference::FilledForm> DialogAbsent::fill_form(const reference::InputForm& form) {
    const auto missing = reference::core::missing_field(form.fields, form.values);
    if (!missing.empty()) return unavailable("the field " + missing, "--field " + missing + "=VALUE");
    return reference::FilledForm{};  // what else is missing, QC statements say, is found and named behind
}

Result<bool> DialogAbsent::confirm(const reference::Question& question) {
    return unavailable("an answer to \"" + printable(question.text) + "\"", question.option);
}

void DialogAbsent::tell(const std::string& code, const std::string& text) {
    std::fprintf(stderr, "rakit: %s: %s\n", printable(code).c_str(), printable(text).c_str());
}

Result<void> DialogAbsent::hand_out(const reference::LineOutcome& line) {
    auto path = x_folder.put(line);
    if (!path) return Unexpected{std::move(path).error()};
    tell("certificate", "key " + line.key + ": " + path->string());
    return {};
}

}  // namespace rakit::cli
