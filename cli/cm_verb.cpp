#include <arpa/inet.h>

#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/interrupts.hpp"
#include "cli/printable.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"
#include "common/base/temporary_folder.hpp"
#include "mock_cm/http/running_host.hpp"
#include "mock_cm/store/sqlite_store.hpp"

namespace rakit::cli {
namespace {

namespace fs = std::filesystem;

struct ServeOptions {
    std::string config;
    std::string state;
    std::string listen = "127.0.0.1:8444";
    std::string ready_file;
    std::uint16_t plain_port = 0;
    bool control = false;
    std::uint16_t control_port = 0;
};

struct LogOptions {
    std::string state;
    cm::LogFilter filter;
    std::string since;
    bool json = false;
    bool verify = false;
};

bool is_ip_address(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> scratch{};
    return ::inet_pton(AF_INET, text.c_str(), scratch.data()) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), scratch.data()) == 1;
}

/// parse_listen reads ADDR:PORT, with an IPv6 address in brackets.
Result<cm::ServerOptions> parse_listen(const std::string& text) {
    const auto colon = text.rfind(':');
    cm::ServerOptions options;
    const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
    const bool digits = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
    const auto wrong = [&](const std::string& what) {
        return fail(ErrorCode::usage, what + ": " + text, "--listen", "for example 127.0.0.1:8444 or [::1]:0");
    };
    if (!digits || std::stoul(port) > 65535) return wrong("not ADDR:PORT");
    options.address = text.substr(0, colon);
    if (options.address.size() > 2 && options.address.front() == '[' && options.address.back() == ']')
        options.address = options.address.substr(1, options.address.size() - 2);
    if (!is_ip_address(options.address)) return wrong("not an IP address before the port");
    options.port = static_cast<std::uint16_t>(std::stoul(port));
    return options;
}

bool is_loopback(const std::string& address) { return address.rfind("127.", 0) == 0 || address == "::1"; }

void say_what_runs(const cm::RunningHost& host, const fs::path& state, bool temporary, const std::string& address) {
    std::printf("CM host at %s\n", host.url().c_str());
    std::printf("  state: %s%s\n", state.c_str(),
                temporary ? " (temporary: gone when this ends; --state DIR keeps one)" : "");
    std::printf("  without TLS, what is open to all: %s\n", host.plain_url().c_str());
    if (const auto& control = host.control_url()) std::printf("  control: %s\n", control->c_str());
    std::printf("  CA certificates: %s\n", host.ca_file().c_str());
    if (const auto& officer = host.sample_officer())
        std::printf("  sample officer: %s, %s, password in %s\n", officer->name.c_str(), officer->pkcs12.c_str(),
                    officer->password_file.c_str());
    std::fflush(stdout);
    std::fprintf(
        stderr,
        "rakit: THE CAs OF THIS HOST ARE FOR TESTS: their keys are public. Trust none of them outside a test.\n");
    if (!is_loopback(address))
        std::fprintf(stderr,
                     "rakit: WARNING: listening on %s, beyond this machine. Whoever reaches it can be any officer.\n",
                     address.c_str());
}

Result<void> serve(const ServeOptions& wanted) {
    cm::RunningOptions options;
    auto server = parse_listen(wanted.listen);
    if (!server) return Unexpected{std::move(server).error()};
    options.server = *server;
    options.plain_port = wanted.plain_port;
    if (wanted.control) options.control_port = wanted.control_port;
    if (!wanted.config.empty()) {
        auto config = cm::load_config(wanted.config);
        if (!config) return Unexpected{std::move(config).error()};
        options.config = *std::move(config);
    }
    std::optional<TemporaryFolder> temporary;
    if (wanted.state.empty()) {
        auto made = TemporaryFolder::make(fs::temp_directory_path(), "rakit-cm");
        if (!made) {
            Error error = std::move(made).error();
            error.remedy = "name one with --state";
            return fail(std::move(error));
        }
        temporary.emplace(std::move(*made));
    }
    const fs::path state = temporary ? temporary->path() : fs::path(wanted.state);
    options.state = state;
    std::error_code ignored;
    fs::remove(wanted.ready_file, ignored);  // so that nobody takes an earlier host's for ours
    const Interrupts interrupts;
    SystemClock clock;
    SystemRng rng;
    auto host = cm::RunningHost::start(std::move(options), clock, rng);
    if (!host) return Unexpected{std::move(host).error()};
    if (!wanted.ready_file.empty())
        if (auto done = write_file_atomically(wanted.ready_file, as_bytes((*host)->ready_document())); !done)
            return done;
    say_what_runs(**host, state, temporary.has_value(), server->address);
    interrupts.wait();
    (*host)->stop();
    std::printf("CM host ended\n");
    return {};
}

int check(const std::string& file) {
    const auto config = cm::load_config(file);
    if (!config && config.error().code == ErrorCode::document_invalid) {
        std::fprintf(stderr, "%s\n", config.error().detail.c_str());
        return kNotTried;
    }
    if (!config) return report(config.error(), kNotTried);
    std::printf("%s: good: %zu officers, %zu token procedures, %zu certificate procedures\n", file.c_str(),
                config->officers.size(), config->token_procedures.size(), config->certificate_procedures.size());
    return kDone;
}

nlohmann::json to_json(const cm::LogEntry& entry) {
    return {{"at", to_iso8601(entry.at)},
            {"officer", entry.officer},
            {"category", entry.category},
            {"success", entry.success},
            {"code", entry.code},
            {"message", entry.message},
            {"transactionId", entry.transaction_id},
            {"cardSerial", entry.card_serial},
            {"procedure", entry.procedure},
            {"line", entry.line}};
}

void print_log(const std::vector<cm::LogEntry>& entries, const LogOptions& wanted) {
    auto list = nlohmann::json::array();
    for (const auto& entry : entries) {
        if (wanted.json) {
            list.push_back(to_json(entry));
            continue;
        }
        std::string text = to_iso8601(entry.at) + "  " + entry.category + "  " + (entry.success ? "ok" : entry.code);
        for (const auto& [label, value] : {std::pair{"officer", entry.officer},
                                           {"procedure", entry.procedure},
                                           {"card", entry.card_serial},
                                           {"transaction", entry.transaction_id},
                                           {"key", entry.line},
                                           {"", entry.message}})
            if (!value.empty()) text += std::string("  ") + label + (*label != '\0' ? "=" : "") + value;
        std::printf("%s\n", printable(text).c_str());
    }
    if (wanted.json) std::printf("%s\n", list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

Result<void> verify_log(cm::SqliteStore& store, bool json) {
    const auto entries = store.verify_log();
    if (!entries) return fail(entries.error());
    if (json)
        std::printf("%s\n", nlohmann::json{{"whole", true}, {"entries", *entries}}.dump(2).c_str());
    else
        std::printf("the log is whole: %zu entries\n", *entries);
    return {};
}

Result<void> show_log(LogOptions wanted) {
    if (!wanted.since.empty()) {
        wanted.filter.since = from_iso8601(wanted.since.size() == 10 ? wanted.since + "T00:00:00Z" : wanted.since);
        if (!wanted.filter.since)
            return fail(ErrorCode::usage, "not a moment: " + wanted.since, "--since",
                        "for example 2026-01-31 or 2026-01-31T23:59:59Z");
    }
    auto store = cm::SqliteStore::open_existing(cm::state_database(wanted.state));
    if (!store) return Unexpected{std::move(store).error()};
    if (wanted.verify) return verify_log(**store, wanted.json);
    const auto entries = (*store)->find_in_log(wanted.filter);
    if (!entries) return fail(entries.error());
    print_log(*entries, wanted);
    return {};
}

int finish(const Result<void>& done) {
    if (done) return kDone;
    // A host that can't start was not tried; a log that was tampered with was looked at, and is bad.
    return report(done.error(), done.error().code == ErrorCode::log_broken ? kFailed : kNotTried);
}

void add_serve(CLI::App& cm_verb, Verb& verb) {
    auto options = std::make_shared<ServeOptions>();
    auto* serve_verb =
        cm_verb.add_subcommand("serve", "run the mock CM host until SIGINT or SIGTERM; its CAs are for tests");
    serve_verb->add_option("--config", options->config, "CM configuration (YAML); default: the embedded one");
    serve_verb->add_option(
        "--state", options->state,
        "directory of the database and of the files for clients; default: a temporary one, removed at the end");
    serve_verb->add_option("--listen", options->listen, "ADDR:PORT; port 0 takes a free one")->capture_default_str();
    serve_verb->add_option("--ready-file", options->ready_file,
                           "JSON with URL, CA file and sample officer, written once it listens");
    serve_verb->add_option("--plain-port", options->plain_port,
                           "port on 127.0.0.1 of CRLs, OCSP and CA certificates without TLS; 0 takes a free one");
    auto* control = serve_verb->add_flag("--control", options->control,
                                         "listen on 127.0.0.1 for tests that change state, clock and faults");
    serve_verb->add_option("--control-port", options->control_port, "its port; 0 takes a free one")->needs(control);
    serve_verb->footer("Example: rakit cm serve --state /tmp/cm --listen 127.0.0.1:0 --ready-file /tmp/cm/ready.json");
    serve_verb->callback([options, &verb] { verb.status = finish(serve(*options)); });
}

void add_log(CLI::App& cm_verb, Verb& verb) {
    auto options = std::make_shared<LogOptions>();
    auto* log_verb = cm_verb.add_subcommand("log", "show the request log of a state directory");
    log_verb->add_option("--state", options->state, "the host's state directory; the host may be running")->required();
    log_verb->add_flag("--failed", options->filter.failed, "refused requests only");
    log_verb->add_option("--officer", options->filter.officer, "requests of this officer only");
    log_verb->add_option("--category", options->filter.category, "requests of this category only: prepare, issue, ...");
    log_verb->add_option("--since", options->since, "requests from this day, or moment, on (UTC)");
    log_verb->add_flag("--json", options->json, "JSON: an array of entries, or the verdict of --verify");
    log_verb->add_flag("--verify", options->verify,
                       "check the hash chain of the whole log; exit status 1 if an entry was changed or cut");
    log_verb->footer("Example: rakit cm log --state /tmp/cm --failed");
    log_verb->callback([options, &verb] { verb.status = finish(show_log(*options)); });
}

}  // namespace

void add_cm(CLI::App& app, Verb& verb) {
    auto* cm_verb = app.add_subcommand("cm", "the mock CM host: serve, log, check");
    cm_verb->require_subcommand(1);
    add_serve(*cm_verb, verb);
    add_log(*cm_verb, verb);
    auto file = std::make_shared<std::string>();
    auto* check_verb = cm_verb->add_subcommand("check", "judge a CM configuration; every finding as file:line:column");
    check_verb->add_option("file", *file, "CM configuration (YAML)")->required();
    check_verb->footer("Example: rakit cm check my-cm.yaml");
    check_verb->callback([file, &verb] { verb.status = check(*file); });
}

}  // namespace rakit::cli
