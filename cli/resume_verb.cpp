#include <memory>

#include "cli/session_options.hpp"
#include "cli/verbs.hpp"

namespace rakit::cli {

void add_resume(CLI::App& app, Verb& verb) {
    auto options = std::make_shared<SessionOptions>();
    auto* command = app.add_subcommand("resume", "Continue the open order of the card in the reader");
    command->footer("Example: rakit resume --cm https://localhost:8444 --cm-ca ca.pem --officer officer.p12");
    command->add_flag("--abandon", options->abandon,
                      "give the order up: for one that the CM refuses for good; undoes what can be undone");
    add_session_options(*command, *options);
    command->callback([options, &verb] { verb.status = run_session(*options, {}, true); });
}

}  // namespace rakit::cli
