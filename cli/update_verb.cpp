#include <memory>

#include "cli/qc_option.hpp"
#include "cli/session_options.hpp"
#include "cli/verbs.hpp"

namespace rakit::cli {
namespace {

struct UpdateOptions {
    SessionOptions session;
    std::vector<std::string> actions;
    std::vector<std::string> fields;
    std::vector<std::string> qc;
    bool replace_ca = false;
    std::string procedure;
    std::string order = "pin-first";
    reference::UpdateRequest request;
};

Result<void> complete(UpdateOptions& options) {
    for (const auto& text : options.actions) {
        auto action = parse_action(text);
        if (!action) return Unexpected{std::move(action).error()};
        options.request.actions.push_back(std::move(*action));
    }
    for (const auto& text : options.fields) {
        auto field = parse_field(text);
        if (!field) return Unexpected{std::move(field).error()};
        options.request.fields.insert_or_assign(field->first, field->second);
    }
    for (const auto& text : options.qc) {
        auto statement = parse_qc(text);
        if (!statement) return Unexpected{std::move(statement).error()};
        options.request.qc.push_back(std::move(*statement));
    }
    if (!options.procedure.empty()) options.request.procedure = options.procedure;
    options.request.issue_first = options.order == "issue-first";
    return {};
}

int update(UpdateOptions& options) {
    if (auto good = complete(options); !good) return report(good.error(), status_of(good.error()));
    return run_session(options.session, options.request, false);
}

}  // namespace

void add_update(CLI::App& app, Verb& verb) {
    auto options = std::make_shared<UpdateOptions>();
    auto* command =
        app.add_subcommand("update", "Update the certificates of a card; what the options leave open is asked for");
    command->footer(
        "Example: rakit update --cm https://localhost:8444 --cm-ca ca.pem --officer officer.p12 "
        "--procedure employee-tc --action 45=redo --action 46=redo --field commonName=\"Anna Ek\"");
    add_session_options(*command, options->session);
    command->add_option("--procedure", options->procedure, "Token procedure");
    command->add_option("--action", options->actions,
                        "KEY[/CERT]=issue|redo|add|blank, repeated; KEY is an id in hex or a label, CERT the serial "
                        "number of the certificate that redo replaces");
    command->add_option("--field", options->fields, "NAME=VALUE, repeated");
    command->add_option("--show-field", options->request.show_fields,
                        "Make a field of the input view visible, repeated");
    command->add_flag("--auto-add-fields", options->request.auto_add_fields, "Make all fields visible");
    command->add_option("--hide-field", options->request.hide_fields, "Make a field invisible, repeated");
    command->add_flag("--remember-fields", options->request.remember_fields,
                      "Keep for this officer and procedure which fields are visible");
    command->add_option("--qc", options->qc, std::string("A QC statement to add, repeated: ") + kQcSyntax);
    auto* replace = command->add_flag("--replace-ca,!--keep-ca", options->replace_ca,
                                      "Replace the CA certificates on the card, or keep them, if the procedure offers "
                                      "it; asked for else");
    command
        ->add_option("--order", options->order, "When what writing needs is verified: before the CM issues, or after")
        ->check(CLI::IsMember({"pin-first", "issue-first"}))
        ->capture_default_str();
    command->callback([options, replace, &verb] {
        if (replace->count() > 0) options->request.replace_ca = options->replace_ca;
        verb.status = update(*options);
    });
}

}  // namespace rakit::cli
