#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/open_orders.hpp"
#include "cli/session_json.hpp"
#include "cli/session_options.hpp"
#include "cli/verbs.hpp"

namespace rakit::cli {
namespace {

int list(const SessionOptions& options) {
    const auto all = reference::list_open_orders(journal_folder(options));
    if (!all) return report(all.error(), status_of(all.error()));
    if (options.json) {
        std::printf("%s\n", one_line(orders_json(*all)).c_str());
        return kDone;
    }
    for (const auto& listed : *all) std::printf("%s\n", order_line(listed).c_str());
    if (all->empty()) std::printf("no order is open\n");
    return kDone;
}

int resume(const SessionOptions& options) {
    if (!options.cm.empty() && !options.cm_ca.empty()) return run_session(options, {}, true);
    return report({ErrorCode::usage, "to continue an order takes --cm and --cm-ca", {}, {}, "or --list them", {}},
                  kNotTried);
}

}  // namespace

void add_resume(CLI::App& app, Verb& verb) {
    auto options = std::make_shared<SessionOptions>();
    auto* command =
        app.add_subcommand("resume", "List the open orders, and continue the one of the card in the reader");
    command->footer(
        "Examples: rakit resume --list\n"
        "          rakit resume --cm https://localhost:8444 --cm-ca ca.pem --officer officer.p12");
    command->add_flag("--list", options->list, "Only list them");
    command->add_option("--order", options->order,
                        "Continue this one: the serial number of its card, or its transaction (default: that of the "
                        "card in the reader)");
    command->add_flag("--abandon", options->abandon,
                      "give the order up: for one that the CM refuses for good; undoes what can be undone");
    add_session_options(*command, *options);
    for (const auto* needed : {"--cm", "--cm-ca"}) command->get_option(needed)->required(false);  // not for a list
    command->callback([options, &verb] { verb.status = options->list ? list(*options) : resume(*options); });
}

}  // namespace rakit::cli
