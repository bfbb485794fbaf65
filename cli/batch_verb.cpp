#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/batch_bar.hpp"
#include "cli/printable.hpp"
#include "cli/request_options.hpp"
#include "cli/session_json.hpp"
#include "cli/session_options.hpp"
#include "cli/verbs.hpp"
#include "reference/batch/batch.hpp"

namespace rakit::cli {
namespace {

using nlohmann::json;
using reference::OrderState;

struct BatchOptions {
    SessionOptions session;
    RequestOptions request;
    std::string orders;
};

/// last_left says where the card of an order was seen last.
std::string last_left(const reference::BatchRecord& record, const std::string& serial) {
    for (auto card = record.fed.rbegin(); card != record.fed.rend(); ++card)
        if (card->serial == serial)
            return std::string(name(card->left.where)) + (card->left.detail.empty() ? "" : ", " + card->left.detail);
    return "not fed";
}

void print_summary(const reference::BatchRecord& record, const reference::OrderList& list) {
    std::printf("%-20s  %-8s  %-32s  %s\n", "Card", "Order", "Transaction or problem", "Where the card is");
    for (const auto& order : list.orders) {
        const auto& state = record.by_serial.at(order.serial);
        const auto& what = state.state == OrderState::open ? state.problem : state.transaction;
        std::printf("%-20s  %-8s  %-32s  %s\n", order.serial.c_str(), std::string(name(state.state)).c_str(),
                    what.empty() ? "-" : what.c_str(), printable(last_left(record, order.serial)).c_str());
    }
    for (const auto& card : record.fed)
        if (!record.by_serial.contains(card.serial))
            std::printf("%-20s  %-8s  %-32s  %s\n", card.serial.empty() ? "(not read)" : printable(card.serial).c_str(),
                        "none", card.problem.c_str(),
                        (std::string(name(card.left.where)) +
                         (card.left.detail.empty() ? "" : ", " + printable(card.left.detail)))
                            .c_str());
}

json summary_json(const reference::BatchRecord& record, const reference::OrderList& list,
                  const reference::BatchEnd& end) {
    json orders = json::array();
    for (const auto& order : list.orders) {
        const auto& state = record.by_serial.at(order.serial);
        orders.push_back({{"serial", order.serial},
                          {"state", name(state.state)},
                          {"transaction", state.transaction},
                          {"problem", state.problem},
                          {"detail", state.detail}});
    }
    json fed = json::array();
    for (const auto& card : record.fed)
        fed.push_back({{"serial", card.serial},
                       {"left", name(card.left.where)},
                       {"detail", card.left.detail},
                       {"problem", card.problem}});
    return {{"orders", orders}, {"fed", fed}, {"done", end.done}, {"of", end.orders}};
}

/// Run is a batch that is being run.
struct Run {
    const BatchOptions& options;
    const reference::OrderList& list;
    reference::BatchJournal& journal;
    Result<reference::BatchEnd> end = fail(ErrorCode::internal, "the batch wasn't begun");

    Result<reference::UpdateOutcome> operator()(reference::Feeder& feeder, reference::UpdatePorts& ports) {
        BatchBar bar(list.orders.size(), journal.record());
        BarDialog beside(ports.dialog, bar);
        // A program that reads events wants each of them.
        reference::Dialog& dialog = options.session.events ? ports.dialog : beside;
        reference::UpdatePorts mine{ports.reader,
                                    ports.cm,
                                    ports.officer,
                                    dialog,
                                    ports.clock,
                                    ports.rng,
                                    ports.trace,
                                    ports.journal_folder,
                                    ports.transport_policies,
                                    ports.pin_deadline,
                                    ports.field_choices,
                                    ports.card_log,
                                    ports.tls_officer,
                                    ports.approval_wait,
                                    ports.write_real_card};
        reference::BatchPorts batch{
            feeder, journal, [&](const reference::BatchOrder& order) { return reference::update(mine, order.request); },
            [&] { return reference::resume(mine); },
            [&](const auto& record, const auto& card) { bar.card(record, card); }};
        end = run_batch(batch, list);
        bar.finish();
        if (!end) return Unexpected{end.error()};
        return reference::UpdateOutcome{};
    }
};

int run_batch_verb(const BatchOptions& options) {
    const auto common = options.request.request();
    if (!common) return report(common.error(), status_of(common.error()));
    const auto list = reference::read_orders(options.orders, *common);
    if (!list) return report(list.error(), status_of(list.error()));
    auto journal = reference::BatchJournal::open(journal_folder(options.session), list->digest);
    if (!journal) return report(journal.error(), status_of(journal.error()));
    Run run{options, *list, *journal};
    const auto ran = run_at_feeder(options.session, std::ref(run));
    if (!ran) return report(ran.error(), status_of(ran.error()));
    if (options.session.json)
        std::printf("%s\n", one_line(summary_json(journal->record(), *list, *run.end)).c_str());
    else
        print_summary(journal->record(), *list);
    if (run.end->done == run.end->orders) return kDone;
    if (run.end->stopped) report(*run.end->stopped, kFailed);
    return report({ErrorCode::batch_incomplete,
                   std::to_string(run.end->orders - run.end->done) + " of " + std::to_string(run.end->orders) +
                       " orders are open",
                   {},
                   {},
                   "mend what it says and run the same command again: it goes on where it was",
                   {}},
                  kFailed);
}

}  // namespace

void add_batch(CLI::App& app, Verb& verb) {
    auto options = std::make_shared<BatchOptions>();
    auto* command = app.add_subcommand("batch", "Update all cards of a card printer's feeder by an order list");
    command->footer(
        "Example: rakit batch --printer esc://localhost --orders orders.csv --cm https://localhost:8444 --cm-ca ca.pem "
        "--officer officer.p12 --pin-fd 3\n"
        "Run again, it goes on where it was (docs/printer.md).");
    add_session_options(*command, options->session);
    add_printer_option(*command, options->session);
    command->get_option("--printer")->required();
    command->add_option("--orders", options->orders, "Order list, .csv or YAML (docs/formats/orders.md)")
        ->type_name("FILE")
        ->required();
    add_request_options(*command, options->request);
    command->callback([options, &verb] { verb.status = run_batch_verb(*options); });
}

}  // namespace rakit::cli
