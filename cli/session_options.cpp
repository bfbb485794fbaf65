#include "cli/session_options.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/card_log_file.hpp"
#include "cli/dialog_absent.hpp"
#include "cli/dialog_events.hpp"
#include "cli/dialog_fd.hpp"
#include "cli/dialog_terminal.hpp"
#include "cli/field_choice_folder.hpp"
#include "cli/open_orders.hpp"
#include "cli/printable.hpp"
#include "cli/session_json.hpp"
#include "cli/station_reader.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"
#include "reference/card/pcsc_reader.hpp"
#include "reference/cm/https_exchange.hpp"
#include "reference/cm/rest_client.hpp"
#include "reference/officer/open_officers.hpp"
#include "reference/printer/esc_printer.hpp"
#include "reference/session/lines.hpp"

namespace rakit::cli {
namespace {

std::filesystem::path state_folder(const SessionOptions& options) {
    if (!options.state.empty()) return options.state;
    if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/')
        return std::filesystem::path(state) / "rakit";
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home != nullptr && *home != '\0' ? home : "/root") / ".local/state/rakit";
}

/// in_state is what an option names, else a place in the state folder.
std::filesystem::path in_state(const SessionOptions& options, const std::string& named, const char* place) {
    return named.empty() ? state_folder(options) / place : std::filesystem::path(named);
}

Result<std::vector<x509::Certificate>> read_anchors(const std::string& path) {
    auto text = read_file(path);
    if (!text) return Unexpected{std::move(text).error()};
    auto anchors = x509::parse_pem(as_text(*text));
    if (!anchors)
        return fail(ErrorCode::file_unreadable, anchors.error().detail, path,
                    "--cm-ca takes the CM's CA certificates as PEM");
    return anchors;
}

/// Desk is the dialog by the options: whoever there is to ask, behind the file descriptor for secrets.
class Desk {
public:
    explicit Desk(const SessionOptions& options) {
        const CertificateFolder folder(options.out_dir);
        if (options.events) {
            auto events = std::make_unique<DialogEvents>(STDIN_FILENO, STDOUT_FILENO, folder);
            x_events = events.get();
            x_person = std::move(events);
        } else if (auto terminal = ::isatty(STDIN_FILENO) != 0 ? DialogTerminal::open(folder)
                                                               : fail(ErrorCode::prompt_unavailable, "no terminal")) {
            x_person = std::move(*terminal);
        } else {
            x_person = std::make_unique<DialogAbsent>(folder);
        }
        if (options.pin_fd >= 0) x_secrets = std::make_unique<DialogFd>(options.pin_fd, *x_person);
    }
    reference::Dialog& dialog() { return x_secrets ? *x_secrets : *x_person; }
    DialogEvents* events() { return x_events; }

private:
    std::unique_ptr<reference::Dialog> x_person;
    std::unique_ptr<reference::Dialog> x_secrets;
    DialogEvents* x_events = nullptr;
};

Result<reference::Officers> open_officers(const SessionOptions& options) {
    const auto& signs = options.officer_sign.empty() ? options.officer : options.officer_sign;
    const auto& connects = options.officer_tls.empty() ? options.officer : options.officer_tls;
    if (signs.empty() || connects.empty())
        return fail(ErrorCode::usage, "no officer's credential is named", {},
                    "give --officer, or both --officer-sign and --officer-tls");
    return reference::open_officers(signs, connects);
}

/// Work is what is done once everything is open. `wait_for_card` is empty where the card isn't a printer's.
using Work =
    std::function<Result<reference::UpdateOutcome>(reference::UpdatePorts&, reference::CardPrinter*, StationReader&)>;

/// open_target opens the reader of the card to update: the printer's station, or the one with the card of that serial
/// number, if one is given.
Result<StationReader> open_target(const SessionOptions& options, const std::string& card,
                                  reference::CardPrinter* printer, const std::vector<std::string>& taken) {
    if (printer != nullptr) return open_station(*printer, options.reader, taken);
    auto reader = open_reader(options.reader, taken, card);
    if (!reader) return Unexpected{std::move(reader).error()};
    return StationReader{std::move(*reader), {}};
}

Result<reference::UpdateOutcome> run(const SessionOptions& options, const std::string& card, const Work& work,
                                     Desk& desk) {
    auto anchors = read_anchors(options.cm_ca);
    if (!anchors) return Unexpected{std::move(anchors).error()};
    auto officers = open_officers(options);
    if (!officers) return Unexpected{std::move(officers).error()};
    auto exchange = reference::HttpsExchange::open(options.cm, *anchors, &officers->tls());
    if (!exchange) return Unexpected{std::move(exchange).error()};
    std::unique_ptr<reference::CardPrinter> printer;
    if (!options.printer.empty()) {
        auto opened = reference::open_printer(options.printer);
        if (!opened) return Unexpected{std::move(opened).error()};
        printer = std::move(*opened);
    }
    auto target = open_target(options, card, printer.get(), {officers->signs->reader(), officers->tls().reader()});
    if (!target) return Unexpected{std::move(target).error()};
    SystemClock clock;
    auto log = CardLogFile::open(in_state(options, options.log, "cards.log"), clock);
    if (!log) return Unexpected{std::move(log).error()};
    FieldChoiceFolder choices(state_folder(options) / "fields");
    SystemRng rng;
    NoTrace trace;
    const auto cm = reference::open_cm(options.dialect, **exchange, *anchors, clock, rng);
    reference::UpdatePorts ports{
        *target->reader,     *cm, *officers->signs, desk.dialog(), clock, rng, trace, journal_folder(options),
        transport_policies()};
    ports.field_choices = &choices;
    ports.card_log = log->get();
    ports.tls_officer = officers->connects.get();
    ports.write_real_card = options.write_real_card;
    ports.approval_wait = std::chrono::seconds(options.wait);
    return work(ports, printer.get(), *target);
}

/// feeding has the work done by a feeder of the printer's cards.
Work feeding(const SessionOptions& options, const AtFeeder& work) {
    return [&options, &work](reference::UpdatePorts& ports, reference::CardPrinter* printer, StationReader& station) {
        reference::FeederPorts at{*printer,    ports.reader, station.wait_for_card, ports.transport_policies,
                                  ports.clock, ports.trace,  ports.card_log,        {}};
        at.policy.contact_tries = options.contact_tries;
        reference::Feeder feeder(std::move(at));
        return work(feeder, ports);
    };
}

void print(const reference::UpdateOutcome& outcome, bool given_up) {
    for (const auto& line : outcome.lines) {
        const std::string what = line.certificate ? printable(to_string(line.certificate->subject())) + ", serial " +
                                                        line.certificate->serial_hex()
                                                  : "-";
        std::printf("%s %s: %s%s\n", printable(line.key).c_str(),
                    std::string(reference::core::name(line.action)).c_str(), what.c_str(),
                    line.stored ? ", on the card" : ", not stored on the card");
    }
    std::printf("order %s is %s\n", outcome.transaction.c_str(), given_up ? "given up" : "done");
}

}  // namespace

std::filesystem::path journal_folder(const SessionOptions& options) {
    return in_state(options, options.journal, "journal");
}

std::vector<std::string> transport_policies() { return {reference::kDefaultTransportPolicy}; }

/// holds tells whether the card in a reader is the one with this serial number.
static bool holds(const std::string& reader, const std::string& card) {
    auto opened = reference::PcscReader::open(reader);
    if (!opened) return false;
    NoTrace trace;
    const auto contents = reference::read_card(**opened, transport_policies(), trace);
    return contents && contents->serial == card;
}

/// sole_reader picks the only reader, or of several the only one that holds a card, or the wanted card.
static Result<std::string> sole_reader(const std::vector<std::string>& taken, const std::string& card) {
    const auto is_taken = [&](const auto& one) { return std::find(taken.begin(), taken.end(), one) != taken.end(); };
    auto names = reference::list_readers();
    if (!names) return Unexpected{std::move(names).error()};
    std::erase_if(*names, is_taken);
    if (names->empty()) return fail(ErrorCode::reader_absent, "there is no card reader", {}, "connect one");
    if (names->size() == 1) return names->front();
    auto holding = reference::list_readers_with_card();
    if (!holding) return Unexpected{std::move(holding).error()};
    std::erase_if(*holding, is_taken);
    if (holding->size() == 1) return holding->front();
    if (!card.empty())
        for (const auto& one : *holding)
            if (holds(one, card)) return one;
    const auto& choice = holding->empty() ? *names : *holding;
    std::string all;
    for (const auto& one : choice) all += (all.empty() ? "" : ", ") + one;
    if (holding->empty()) return fail(ErrorCode::card_absent, "no reader holds a card: " + all, {}, "insert the card");
    return fail(ErrorCode::usage, "several readers hold a card: " + all, {}, "name one with --reader");
}

Result<std::unique_ptr<reference::CardReader>> open_reader(const std::string& name,
                                                           const std::vector<std::string>& taken,
                                                           const std::string& card) {
    auto wanted = name.empty() ? sole_reader(taken, card) : Result<std::string>(name);
    if (!wanted) return Unexpected{std::move(wanted).error()};
    auto reader = reference::PcscReader::open(*wanted);
    if (!reader) return Unexpected{std::move(reader).error()};
    return std::unique_ptr<reference::CardReader>(std::move(*reader));
}

Result<reference::ActionChoice> parse_action(const std::string& text) {
    const auto equals = text.rfind('=');
    const auto action =
        equals == std::string::npos ? std::nullopt : reference::core::action_from_name(text.substr(equals + 1));
    if (!action || equals == 0)
        return fail(ErrorCode::usage, "'" + text + "' is no KEY[/CERT]=ACTION", "--action",
                    "ACTION is issue, redo, add or blank");
    reference::ActionChoice choice{text.substr(0, equals), *action, {}};
    const auto slash = choice.key.rfind('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == choice.key.size()) return choice;
    const std::string serial = choice.key.substr(slash + 1);
    if (serial.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return choice;
    choice.certificate = serial;
    choice.key.resize(slash);
    return choice;
}

Result<std::pair<std::string, std::string>> parse_field(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        return fail(ErrorCode::usage, "'" + text + "' is no NAME=VALUE", "--field");
    return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

void add_reader_option(CLI::App& verb, std::string& reader) {
    verb.add_option(
        "--reader", reader,
        "Name of the reader, or a part that only one has (default: the only one, or the only one that holds "
        "a card)");
}

void add_printer_option(CLI::App& verb, SessionOptions& options) {
    verb.add_option(
            "--printer", options.printer,
            "The card is in a card printer's feeder: esc://HOST[:9100] or jsonrpc://HOST[:18000][/DEVICE]; --reader "
            "is its contact station then (default: the reader that has the printer's name)")
        ->type_name("URL");
    verb.add_option("--contact-tries", options.contact_tries,
                    "How often contacts are pressed on before a card is rejected")
        ->check(CLI::Range(1, 20))
        ->capture_default_str();
}

void add_session_options(CLI::App& verb, SessionOptions& options) {
    add_reader_option(verb, options.reader);
    verb.add_option("--cm", options.cm, "URL of the CM host, https://...")->required();
    verb.add_option("--cm-ca", options.cm_ca, "CA certificates that the CM is trusted by, PEM")->required();
    verb.add_option(
        "--officer", options.officer,
        "The officer's credential: a PKCS#12 file, or a card as pkcs11:token=...?module-path=... (RFC 7512)");
    verb.add_option("--officer-sign", options.officer_sign, "The credential that signs the requests, if it is another");
    verb.add_option("--officer-tls", options.officer_tls, "The credential that opens the connection, if it is another");
    verb.add_option("--cm-dialect", options.dialect, "How the CM host is spoken to; rest takes one key per call")
        ->check(CLI::IsMember({"cmc", "rest"}))
        ->capture_default_str();
    verb.add_option("--pin-fd", options.pin_fd,
                    "Secrets from this file descriptor, a line for each prompt: \"prompt-id value\"")
        ->check(whole_number);
    verb.add_option("--wait", options.wait,
                    "Seconds to wait for somebody's approval at the CM (default: none; rakit resume asks again)")
        ->check(whole_number);
    verb.add_flag("--yes-write-real-card", options.write_real_card,
                  "Write to a card that is no virtual one without asking");
    verb.add_flag("--events", options.events, "JSON lines on standard input and output (docs/formats/events.md)");
    verb.add_option("--out-dir", options.out_dir, "Folder for the certificates of Issue")->capture_default_str();
    verb.add_option("--state", options.state,
                    "Folder of what the RA keeps: open orders, chosen fields, the log (default: rakit below "
                    "XDG_STATE_HOME or ~/.local/state)");
    verb.add_option("--journal", options.journal, "Folder of open orders (default: journal in the state folder)");
    verb.add_option("--log", options.log,
                    "What was done to which card is added to this file (default: cards.log in the state folder)");
    verb.add_flag("--json", options.json, "Print the result as JSON");
}

Result<reference::UpdateOutcome> run_at_feeder(const SessionOptions& options, const AtFeeder& work) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    Desk desk(options);
    return run(options, {}, feeding(options, work), desk);
}

int run_session(const SessionOptions& options, const reference::UpdateRequest& request, bool resume) {
    // PINs are in this process's memory for a while: none may get into a core file.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    Desk desk(options);
    const auto card = resume ? card_to_resume(journal_folder(options), options.order, desk.dialog())
                             : Result<std::string>(std::string());
    const auto one = [&](reference::UpdatePorts& ports) {
        if (options.abandon) return reference::abandon(ports, *card);
        return resume ? reference::resume(ports, *card) : reference::update(ports, request);
    };
    const AtFeeder fed = [&](reference::Feeder& feeder, reference::UpdatePorts& ports) {
        return reference::in_turn(feeder, ports.dialog, [&] { return one(ports); }, {});
    };
    const Work in_reader = [&](reference::UpdatePorts& ports, auto*, auto&) { return one(ports); };
    const auto outcome = card ? run(options, *card, options.printer.empty() ? in_reader : feeding(options, fed), desk)
                              : Result<reference::UpdateOutcome>(Unexpected{Error(card.error())});
    if (desk.events() != nullptr)
        desk.events()->emit(result_json(outcome));
    else if (options.json)
        std::printf("%s\n", one_line(result_json(outcome)).c_str());
    else if (outcome)
        print(*outcome, options.abandon);
    return outcome ? kDone : report(outcome.error(), status_of(outcome.error()));
}

}  // namespace rakit::cli
