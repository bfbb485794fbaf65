#include "cli/form_questions.hpp"

#include <algorithm>

#include "cli/printable.hpp"
#include "cli/qc_option.hpp"
#include "reference/session/fields.hpp"

namespace rakit::cli {
namespace {

using namespace reference;

/// kTakeOut is what is typed to take a proposed value out.
constexpr const char* kTakeOut = "-";

/// filled is the form as an answer: what is visible and empty was taken out.
FilledForm filled(const InputForm& form, bool visible_chosen) {
    FilledForm answer;
    for (const auto& field : form.fields) {
        if (!field.visible || field.name == core::kQcField) continue;
        const auto value = form.values.find(field.name);
        answer.values[field.name] = value == form.values.end() ? "" : value->second;
    }
    if (visible_chosen) answer.visible = core::visible_names(form);
    if (core::may_add_qc(form)) answer.statements = form.statements;
    return answer;
}

}  // namespace

Result<FilledForm> FormQuestions::ask() {
    x_terminal.say("\nInput fields of " + printable(x_form.procedure) + " (Enter keeps what is in brackets, " +
                   kTakeOut + " takes it out)\n");
    if (auto asked = ask_fields(false); !asked) return Unexpected{std::move(asked).error()};
    for (;;) {
        show();
        const auto good = core::check_form(x_form);
        if (!good) x_terminal.say("! " + printable(to_string(good.error())) + "\n");
        std::vector<std::string> items{"go on", "go through the fields again", "choose which fields are visible"};
        if (core::may_add_qc(x_form)) items.insert(items.end(), {"add a QC statement", "take a QC statement out"});
        const bool wants_statement = !good && good.error().code == ErrorCode::qc_missing && items.size() > 3;
        auto next = x_terminal.choose("What next?", items, good ? 0 : wants_statement ? 3 : 1);
        if (!next) return Unexpected{std::move(next).error()};
        if (*next == 0 && good) return filled(x_form, x_visible_chosen);
        auto done = *next == 1   ? ask_fields(false)
                    : *next == 2 ? ask_visible()
                    : *next == 3 ? add_statement()
                    : *next == 4 ? drop_statement()
                                 : Result<void>();
        if (!done) return Unexpected{std::move(done).error()};
    }
}

void FormQuestions::show() const {
    for (const auto& name : core::dropped_fields(x_form))
        x_terminal.say("  not shown, so left out: " + printable(name) + " = " + printable(x_form.card.at(name)) + "\n");
    if (!x_form.qc) return;
    for (const auto& statement : x_form.qc->fixed)
        x_terminal.say("  QC, fixed by the procedure: " + printable(summary(statement)) + "\n");
    for (const auto& statement : x_form.statements)
        x_terminal.say("  QC, added: " + printable(summary(statement)) + "\n");
}

Result<void> FormQuestions::ask_fields(bool only_empty) {
    for (const auto& field : x_form.fields) {
        if (!field.visible || field.name == core::kQcField) continue;
        if (only_empty && x_form.values.count(field.name) != 0) continue;
        if (auto asked = ask_field(field); !asked) return asked;
    }
    return {};
}

Result<void> FormQuestions::ask_field(const Field& field) {
    for (;;) {
        const auto value = x_form.values.find(field.name);
        const std::string shown = value == x_form.values.end() ? "" : " [" + printable(value->second) + "]";
        auto answer =
            x_terminal.line("  " + printable(field.label) + (field.required ? " (required)" : "") + shown + ": ");
        if (!answer) return Unexpected{std::move(answer).error()};
        const std::string wanted = !answer->empty()               ? *answer == kTakeOut ? "" : *answer
                                   : value == x_form.values.end() ? ""
                                                                  : value->second;
        const auto good = core::check_value(field, wanted);
        if (!good) {
            x_terminal.say("  ! " + printable(good.error().detail) + "; " + printable(good.error().remedy) + "\n");
            continue;
        }
        if (wanted.empty())
            x_form.values.erase(field.name);
        else
            x_form.values[field.name] = wanted;
        if (!field.required || !wanted.empty()) return {};
    }
}

Result<void> FormQuestions::ask_visible() {
    std::vector<std::string> items;
    std::vector<bool> visible;
    for (const auto& field : x_form.fields) {
        items.push_back(printable(field.label) + (field.required ? " (required)" : ""));
        visible.push_back(field.visible);
    }
    auto marked = x_terminal.mark("Visible fields", items, visible);
    if (!marked) return Unexpected{std::move(marked).error()};
    FilledForm choice;
    choice.visible.emplace();
    for (std::size_t i = 0; i < items.size(); ++i)
        if ((*marked)[i]) choice.visible->push_back(x_form.fields[i].name);
    x_visible_chosen = true;
    if (auto applied = core::apply(x_form, choice); !applied) return applied;
    return ask_fields(true);
}

Result<std::string> FormQuestions::ask_value(const std::string& type) {
    const auto line = [&](const std::string& question) { return x_terminal.line("  " + question + ": "); };
    if (type == "QcRetentionPeriod") return line("Years that material is kept after the certificate's end");
    if (type == "QcType") return line("Types, of esign,eseal,web");
    if (type == "QcCClegislation") return line("Countries, as SE,NO");
    if (type == "QcPDS") {
        std::string all;
        for (;;) {
            auto location = line("Disclosure statement as en,https://... (empty: no more)");
            if (!location) return location;
            if (location->empty()) return all;
            all += (all.empty() ? "" : " ") + *location;
        }
    }
    if (type != "QcLimitValue") return std::string();
    std::string all;
    for (const auto* part : {"Currency, as EUR", "Amount", "Exponent (the limit is amount * 10^exponent)"}) {
        auto answer = line(part);
        if (!answer) return answer;
        all += (all.empty() ? "" : ",") + *answer;
    }
    return all;
}

Result<void> FormQuestions::add_statement() {
    const auto& types = x_form.qc->allowed;
    if (types.empty()) {
        x_terminal.say("The procedure allows no further statement.\n");
        return {};
    }
    auto number = x_terminal.choose("QC statement", types, 0);
    if (!number) return Unexpected{std::move(number).error()};
    const auto& type = types[*number];
    auto value = ask_value(type);
    if (!value) return Unexpected{std::move(value).error()};
    auto statement = parse_qc(value->empty() ? type : type + "=" + *value);
    if (!statement) {
        x_terminal.say("! " + printable(to_string(statement.error())) + "\n");
        return {};
    }
    std::erase_if(x_form.statements, [&](const auto& one) { return name(one) == type; });
    x_form.statements.push_back(std::move(*statement));
    return {};
}

Result<void> FormQuestions::drop_statement() {
    if (x_form.statements.empty()) return {};
    std::vector<std::string> items;
    for (const auto& statement : x_form.statements) items.push_back(printable(summary(statement)));
    auto number = x_terminal.choose("Take out", items, 0);
    if (!number) return Unexpected{std::move(number).error()};
    x_form.statements.erase(x_form.statements.begin() + static_cast<std::ptrdiff_t>(*number));
    return {};
}

}  // namespace rakit::cli
