#include "cli/dialog_terminal.hpp"

#include <fcntl.h>

#include "cli/contents_table.hpp"
#include "cli/form_questions.hpp"
#include "cli/printable.hpp"
#include "reference/session/lines.hpp"

namespace rakit::cli {
namespace {

using reference::Action;

/// actions_for lists what is offered for a key: no Add where it would be refused.
std::vector<Action> actions_for(const reference::Contents& contents, const reference::KeyLine& key) {
    std::vector<Action> offered{Action::blank, Action::issue, Action::redo};
    if (key.transport_certificate() == nullptr && contents.profile != "piv") offered.push_back(Action::add);
    return offered;
}

std::string row_for(const reference::KeyLine& key) {
    std::string titles;
    for (const auto& stored : key.certificates) titles += (titles.empty() ? "" : " | ") + certificate_title(stored);
    return key.id + "  " + printable(key.label) + "  " + (titles.empty() ? "-" : titles);
}

/// fixed_statements lists, a line each, what every certificate of the qualified procedures gets; they don't fit an
/// item.
std::string fixed_statements(const std::vector<reference::Procedure>& procedures) {
    std::string text;
    for (const auto& procedure : procedures)
        if (procedure.qc)
            for (const auto& statement : procedure.qc->fixed)
                text +=
                    "  " + printable(procedure.name) + ", fixed QC statement: " + printable(summary(statement)) + "\n";
    return text;
}

std::string procedure_item(const reference::Procedure& procedure) {
    std::string item = printable(procedure.name) + "  " + printable(procedure.title);
    if (procedure.tc_controls) item += "  (for cards with a transport certificate)";
    if (procedure.qc) item += "  (qualified)";
    if (!procedure.dialects.empty()) {
        item += "  [";
        for (const auto& dialect : procedure.dialects) item += (item.back() == '[' ? "" : " ") + printable(dialect);
        item += ']';
    }
    return item;
}

}  // namespace

Result<std::unique_ptr<DialogTerminal>> DialogTerminal::open(CertificateFolder folder) {
    Descriptor terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!terminal) return fail(ErrorCode::prompt_unavailable, "there is no terminal to ask on");
    return std::make_unique<DialogTerminal>(std::move(terminal), std::move(folder));
}

Result<Pin> DialogTerminal::ask_pin(const reference::PinPrompt& prompt) {
    const std::string label = printable(prompt.label);
    const auto not_given = [&] { return fail(ErrorCode::pin_cancelled, label + " was not given"); };
    if (prompt.last_try) {
        auto answer = x_terminal.line(label + " has ONE try left; a wrong PIN blocks it. Type yes to go on: ");
        if (!answer) return answer.error().code == ErrorCode::cancelled ? not_given() : fail(answer.error());
        if (*answer != "yes") return fail(ErrorCode::pin_last_try, label + " has one try left, and it was not used");
    }
    const std::string tries =
        prompt.tries_left && !prompt.last_try ? " (" + std::to_string(*prompt.tries_left) + " tries left)" : "";
    const auto typed = x_terminal.hidden(label + tries + ": ");
    if (!typed) return typed.error().code == ErrorCode::cancelled ? not_given() : fail(typed.error());
    if (typed->empty()) return not_given();
    return Pin(as_text(*typed));
}

Result<reference::ActionChoice> DialogTerminal::choice_for(const reference::KeyLine& key, Action action) {
    reference::ActionChoice choice{key.id, action, {}};
    if (action != Action::redo || key.certificates.size() < 2) return choice;
    std::vector<std::string> items;
    for (const auto& stored : key.certificates)
        items.push_back(certificate_title(stored) + ", serial " + stored.certificate.serial_hex());
    const auto preset = static_cast<std::size_t>(key.replaced_unless_picked() - key.certificates.data());
    auto replaced = x_terminal.choose("Key " + key.id + ": replace which certificate?", items, preset);
    if (!replaced) return Unexpected{std::move(replaced).error()};
    choice.certificate = key.certificates[*replaced].certificate.serial_hex();
    return choice;
}

Result<reference::ActionsAnswer> DialogTerminal::choose_actions(const reference::Contents& contents) {
    x_terminal.say("\n" + contents_table(contents));
    std::vector<std::string> rows;
    std::vector<std::vector<std::string>> values;
    for (const auto& key : contents.keys) {
        rows.push_back(row_for(key));
        values.emplace_back();
        for (const auto action : actions_for(contents, key)) values.back().emplace_back(reference::core::name(action));
    }
    auto picked = x_terminal.table(
        "Actions (up and down: key; left, right or 1 blank, 2 issue, 3 redo, 4 add; r reads the card again; Enter goes "
        "on, Esc leaves)",
        rows, values, 'r');
    if (!picked) return Unexpected{std::move(picked).error()};
    reference::ActionsAnswer answer;
    answer.reload = !picked->has_value();
    if (answer.reload) return answer;
    for (std::size_t i = 0; i < contents.keys.size(); ++i) {
        const auto& key = contents.keys[i];
        auto choice = choice_for(key, actions_for(contents, key)[(**picked)[i]]);
        if (!choice) return Unexpected{std::move(choice).error()};
        answer.actions.push_back(std::move(*choice));
    }
    return answer;
}

Result<std::string> DialogTerminal::choose_procedure(const std::vector<reference::Procedure>& procedures) {
    x_terminal.say(fixed_statements(procedures));
    std::vector<std::string> items;
    for (const auto& procedure : procedures) items.push_back(procedure_item(procedure));
    auto number = x_terminal.choose("Procedure", items, 0);
    if (!number) return Unexpected{std::move(number).error()};
    return procedures[*number].name;
}

Result<reference::FilledForm> DialogTerminal::fill_form(const reference::InputForm& form) {
    return FormQuestions(x_terminal, form).ask();
}

Result<bool> DialogTerminal::confirm(const reference::Question& question) {
    auto answer = x_terminal.choose(printable(question.text), {"no", "yes"}, question.preset ? 1 : 0);
    if (!answer) return Unexpected{std::move(answer).error()};
    return *answer == 1;
}

void DialogTerminal::tell(const std::string& code, const std::string& text) {
    x_terminal.say("! " + printable(code) + ": " + printable(text) + "\n");
}

void DialogTerminal::progress(const std::string& step) { x_terminal.say("> " + step + "\n"); }

Result<void> DialogTerminal::hand_out(const reference::LineOutcome& line) {
    auto path = x_folder.put(line);
    if (!path) return Unexpected{std::move(path).error()};
    tell("certificate", "key " + line.key + ": " + path->string());
    return {};
}

}  // namespace rakit::cli
