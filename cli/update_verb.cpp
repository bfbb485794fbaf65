#include <memory>

#include "cli/request_options.hpp"
#include "cli/session_options.hpp"
#include "cli/verbs.hpp"

namespace rakit::cli {
namespace {

struct UpdateOptions {
    SessionOptions session;
    RequestOptions request;
};

int update(const UpdateOptions& options) {
    const auto request = options.request.request();
    if (!request) return report(request.error(), status_of(request.error()));
    return run_session(options.session, *request, false);
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
    add_printer_option(*command, options->session);
    add_request_options(*command, options->request);
    command->callback([options, &verb] { verb.status = update(*options); });
}

}  // namespace rakit::cli
