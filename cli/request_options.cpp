#include "cli/request_options.hpp"

#include "cli/qc_option.hpp"
#include "cli/session_options.hpp"

namespace rakit::cli {

Result<reference::UpdateRequest> RequestOptions::request() const {
    auto request = asked;
    for (const auto& text : actions) {
        auto action = parse_action(text);
        if (!action) return Unexpected{std::move(action).error()};
        request.actions.push_back(std::move(*action));
    }
    for (const auto& text : fields) {
        auto field = parse_field(text);
        if (!field) return Unexpected{std::move(field).error()};
        request.fields.insert_or_assign(field->first, field->second);
    }
    for (const auto& text : qc) {
        auto statement = parse_qc(text);
        if (!statement) return Unexpected{std::move(statement).error()};
        request.qc.push_back(std::move(*statement));
    }
    if (!procedure.empty()) request.procedure = procedure;
    if (replace->count() > 0) request.replace_ca = replace_ca;
    request.issue_first = order == "issue-first";
    return request;
}

void add_request_options(CLI::App& verb, RequestOptions& options) {
    verb.add_option("--procedure", options.procedure, "Token procedure");
    verb.add_option("--action", options.actions,
                    "KEY[/CERT]=issue|redo|add|blank, repeated; KEY is an id in hex or a label, CERT the serial "
                    "number of the certificate that redo replaces");
    verb.add_option("--field", options.fields, "NAME=VALUE, repeated");
    verb.add_option("--show-field", options.asked.show_fields, "Make a field of the input view visible, repeated");
    verb.add_flag("--auto-add-fields", options.asked.auto_add_fields, "Make all fields visible");
    verb.add_option("--hide-field", options.asked.hide_fields, "Make a field invisible, repeated");
    verb.add_flag("--remember-fields", options.asked.remember_fields,
                  "Keep for this officer and procedure which fields are visible");
    verb.add_option("--qc", options.qc, std::string("A QC statement to add, repeated: ") + kQcSyntax);
    options.replace = verb.add_flag("--replace-ca,!--keep-ca", options.replace_ca,
                                    "Replace the CA certificates on the card, or keep them, if the procedure offers "
                                    "it; asked for else");
    verb.add_option("--order", options.order, "When what writing needs is verified: before the CM issues, or after")
        ->check(CLI::IsMember({"pin-first", "issue-first"}))
        ->capture_default_str();
}

}  // namespace rakit::cli
