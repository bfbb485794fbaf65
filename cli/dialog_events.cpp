#include "cli/dialog_events.hpp"

#include <nlohmann/json.hpp>

#include "cli/secret_line.hpp"
#include "cli/session_json.hpp"
#include "common/base/descriptor.hpp"
#include "common/document/document.hpp"
#include "embedded/events_schema.hpp"
#include "reference/session/lines.hpp"

namespace rakit::cli {

using nlohmann::json;

namespace {

/// answer_schema is the half of the schema that is read.
json answer_schema() {
    const auto whole = json::parse(embedded::events_schema);
    return {{"$ref", "#/definitions/answer"}, {"definitions", whole.at("definitions")}};
}

/// take_secret moves a PIN out of a parsed answer and wipes what it leaves.
Pin take_secret(json& value) {
    if (!value.is_object() || !value.contains("value") || !value["value"].is_string()) return {};
    auto& text = value["value"].get_ref<std::string&>();
    Pin pin(text);
    wipe(text.data(), text.size());
    text.clear();
    return pin;
}

}  // namespace

/// Answer is one line of the input; the PIN is apart, so that no message can repeat it.
struct DialogEvents::Answer {
    json value;
    Pin pin;
};

void DialogEvents::emit(const json& event) {
    // Where nobody listens any more the next prompt will fail.
    (void)write_all(x_out, as_bytes(one_line(event) + "\n"));
}

Result<DialogEvents::Answer> DialogEvents::prompt(const json& event) {
    emit(event);
    const std::string kind = event.at("prompt").get<std::string>();
    const auto line = read_secret_line(x_in);
    ++x_line;
    if (!line)
        return fail(ErrorCode::prompt_unavailable, "the input ended, or a line is too long, at the prompt " + kind);
    document::Document document{
        "input", json::parse(line->begin(), line->end(), nullptr, false), {{"", {x_line, 1}}}, {}};
    if (document.value.is_discarded()) return fail(document::failure({document.finding("", "this is no JSON")}));
    Answer answer{nullptr, take_secret(document.value)};
    document::check(document, answer_schema());
    if (!document.findings.empty()) return fail(document::failure(document.findings));
    const auto said = document.value.at("answer").get<std::string>();
    if (said == "cancel")
        return fail(kind == "pin" ? ErrorCode::pin_cancelled : ErrorCode::cancelled,
                    "the dialog was left at the prompt " + kind);
    if (said != kind && !(said == "reload" && kind == "actions"))
        return fail(document::failure({document.finding("/answer", "the prompt was " + kind + ", not " + said)}));
    answer.value = std::move(document.value);
    return answer;
}

Result<Pin> DialogEvents::ask_pin(const reference::PinPrompt& asked) {
    json event{{"version", 1},   {"event", "prompt"},    {"prompt", "pin"},
               {"id", asked.id}, {"label", asked.label}, {"lastTry", asked.last_try}};
    if (asked.tries_left) event["triesLeft"] = *asked.tries_left;
    auto answer = prompt(event);
    if (!answer) return Unexpected{std::move(answer).error()};
    if (answer->value.at("id") != asked.id)
        return fail(ErrorCode::document_invalid, "the PIN is for another prompt than " + asked.id,
                    "input:" + std::to_string(x_line));
    if (asked.last_try && !answer->value.value("lastTry", false))
        return fail(ErrorCode::pin_last_try, asked.label + " has one try left", {},
                    "answer with lastTry: true to use it");
    return std::move(answer->pin);
}

Result<reference::ActionsAnswer> DialogEvents::choose_actions(const reference::Contents& contents) {
    auto answer =
        prompt({{"version", 1}, {"event", "prompt"}, {"prompt", "actions"}, {"contents", contents_json(contents)}});
    if (!answer) return Unexpected{std::move(answer).error()};
    reference::ActionsAnswer chosen;
    chosen.reload = answer->value.at("answer") == "reload";
    if (chosen.reload) return chosen;
    for (const auto& row : answer->value.at("actions")) {
        reference::ActionChoice choice{row.at("key").get<std::string>(),
                                       *reference::core::action_from_name(row.at("action").get<std::string>()),
                                       {}};
        if (row.contains("certificate")) choice.certificate = row.at("certificate").get<std::string>();
        chosen.actions.push_back(std::move(choice));
    }
    return chosen;
}

Result<std::string> DialogEvents::choose_procedure(const std::vector<reference::Procedure>& procedures) {
    auto answer = prompt(
        {{"version", 1}, {"event", "prompt"}, {"prompt", "procedure"}, {"procedures", procedures_json(procedures)}});
    if (!answer) return Unexpected{std::move(answer).error()};
    return answer->value.at("procedure").get<std::string>();
}

Result<reference::FilledForm> DialogEvents::fill_form(const reference::InputForm& form) {
    auto answer = prompt(form_json(form));
    if (!answer) return Unexpected{std::move(answer).error()};
    const auto& value = answer->value;
    reference::FilledForm filled;
    filled.values = value.at("fields").get<std::map<std::string, std::string>>();
    if (value.contains("visible")) filled.visible = value.at("visible").get<std::vector<std::string>>();
    if (!value.contains("qc")) return filled;
    filled.statements.emplace();
    for (const auto& entry : value.at("qc")) {
        auto statement = reference::read_qc_statement(entry, "/qc/" + std::to_string(filled.statements->size()));
        if (!statement) return Unexpected{std::move(statement).error()};
        filled.statements->push_back(*std::move(statement));
    }
    return filled;
}

Result<bool> DialogEvents::confirm(const reference::Question& question) {
    auto answer = prompt({{"version", 1},
                          {"event", "prompt"},
                          {"prompt", "question"},
                          {"id", question.id},
                          {"text", question.text},
                          {"preset", question.preset}});
    if (!answer) return Unexpected{std::move(answer).error()};
    if (answer->value.at("id") != question.id)
        return fail(ErrorCode::document_invalid, "the answer is for another question than " + question.id,
                    "input:" + std::to_string(x_line));
    return answer->value.at("yes").get<bool>();
}

void DialogEvents::tell(const std::string& code, const std::string& text) {
    emit({{"version", 1}, {"event", "notice"}, {"code", code}, {"text", text}});
}

void DialogEvents::progress(const std::string& step) { emit({{"version", 1}, {"event", "progress"}, {"step", step}}); }

Result<void> DialogEvents::hand_out(const reference::LineOutcome& line) {
    auto path = x_folder.put(line);
    if (!path) return Unexpected{std::move(path).error()};
    emit({{"version", 1},
          {"event", "certificate"},
          {"key", line.key},
          {"certificate", to_base64(line.certificate->der())},
          {"file", path->string()}});
    return {};
}

}  // namespace rakit::cli
