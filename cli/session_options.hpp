#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "reference/batch/feeder.hpp"
#include "reference/card/card_reader.hpp"
#include "reference/session/update.hpp"

namespace rakit::cli {

/// SessionOptions are what `update` and `resume` have in common.
struct SessionOptions {
    std::string reader;
    std::string printer;  ///< URL; empty: the card is in a reader
    unsigned contact_tries = reference::FeedPolicy{}.contact_tries;
    std::string cm;
    std::string cm_ca;
    std::string officer;
    std::string officer_sign;  ///< empty: `officer`
    std::string officer_tls;   ///< empty: `officer`
    std::string dialect = "cmc";
    int pin_fd = -1;
    bool events = false;
    bool json = false;
    std::string out_dir = ".";
    std::string state;
    std::string journal;
    std::string log;
    bool write_real_card = false;
    int wait = 0;          ///< seconds for somebody's approval at the CM
    bool abandon = false;  ///< resume only: give the order up
    bool list = false;     ///< resume only: just list the open orders
    std::string order;     ///< resume only: the card's serial number or the transaction
};

/// add_reader_option registers `--reader`, for open_reader.
void add_reader_option(CLI::App& verb, std::string& reader);

/// add_session_options registers them.
void add_session_options(CLI::App& verb, SessionOptions& options);

/// add_printer_option registers `--printer` and what goes with it.
void add_printer_option(CLI::App& verb, SessionOptions& options);

/// AtFeeder is what is done with a printer's cards, once everything is open.
using AtFeeder = std::function<Result<reference::UpdateOutcome>(reference::Feeder&, reference::UpdatePorts&)>;

/// run_at_feeder opens the printer of the options, its station, officer, CM and dialog, and has it done.
Result<reference::UpdateOutcome> run_at_feeder(const SessionOptions& options, const AtFeeder& work);

/// run_session opens reader, officer, CM and dialog, runs the update or the continuation, reports, and gives the exit
/// status.
int run_session(const SessionOptions& options, const reference::UpdateRequest& request, bool resume);

/// open_reader opens the named reader, or the only one there is; `taken` are no choice: the officer's card is in them.
/// Of several that hold a card it is the one with the card of that serial number, if one is given.
/// Failure: reader_absent, usage, service_absent.
Result<std::unique_ptr<reference::CardReader>> open_reader(const std::string& name,
                                                           const std::vector<std::string>& taken = {},
                                                           const std::string& card = {});

/// journal_folder is where the open orders are, by the options.
std::filesystem::path journal_folder(const SessionOptions& options);

/// transport_policies are the policy OIDs that mark a TC (harness-defined default).
std::vector<std::string> transport_policies();

/// parse_action reads `KEY[/CERT]=ACTION`; the part behind a slash counts as CERT only if it is hex. Failure: usage.
Result<reference::ActionChoice> parse_action(const std::string& text);

/// parse_field reads `NAME=VALUE`. Failure: usage.
Result<std::pair<std::string, std::string>> parse_field(const std::string& text);

}  // namespace rakit::cli
