#include <pcsclite.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "certify/paper/paper.hpp"
#include "certify/paper/sign.hpp"
#include "certify/suite/run.hpp"
#include "cli/certify_papers.hpp"
#include "cli/certify_update.hpp"
#include "cli/printable.hpp"
#include "cli/secret_line.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"

namespace rakit::cli {
namespace {

using certify::CaseResult;
using certify::Verdict;

struct CertifyOptions {
    std::string reader, printer, card = "tester", json_file, out, credential, pad_filters;
    std::vector<std::string> levels;
    std::vector<int> cases;
    bool full = false, quick = false, write = false;
    int case_limit = 0, pin_fd = -1;
};

/// Secrets are what came over --pin-fd.
struct Secrets {
    certify::PinsById pins;
    SecretBytes passphrase;  ///< of the line `sign`
};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

Result<Secrets> read_secrets(int fd) {
    Secrets secrets;
    if (fd < 0) return secrets;
    while (const auto line = read_secret_line(fd)) {
        const auto blank = std::find(line->begin(), line->end(), ' ');
        if (blank == line->end())
            return fail(ErrorCode::prompt_unavailable, "a line on the file descriptor of --pin-fd is not \"id value\"",
                        {}, "write the PIN's id (rakit contents shows it), or \"sign\" for the passphrase of --sign");
        const std::string id(line->begin(), blank);
        if (id == "sign")
            secrets.passphrase.assign(blank + 1, line->end());
        else
            secrets.pins.emplace(
                id, Pin(as_text(ByteView(*line).subspan(static_cast<std::size_t>(blank - line->begin()) + 1))));
    }
    return secrets;
}

bool wants(const CertifyOptions& options, std::string_view level) {
    return std::find(options.levels.begin(), options.levels.end(), level) != options.levels.end();
}

std::vector<int> chosen_cases(const CertifyOptions& options) {
    if (!options.cases.empty()) return options.cases;
    std::vector<int> numbers;
    for (const auto level : certify::levels())
        for (const auto& one : certify::cases())
            if (one.level == level && wants(options, level)) numbers.push_back(one.number);
    return numbers;
}

certify::RunWish wish_of(const CertifyOptions& options, const Secrets& secrets) {
    certify::RunWish wish;
    wish.reader = options.reader;
    wish.cases = chosen_cases(options);
    wish.quick = !options.full;
    wish.card = options.card;
    wish.case_limit = std::chrono::seconds(options.case_limit);
    wish.around = {variable("RAKIT_CONTROL"), options.printer.empty() ? variable("RAKIT_PRINTER") : options.printer};
    wish.scratch = std::filesystem::temp_directory_path().string();
    wish.pad_filters = options.pad_filters;
    wish.pins = &secrets.pins;
    if (::isatty(STDERR_FILENO) == 1)
        wish.say = [](const std::string& text) { std::fprintf(stderr, "rakit: %s\n", text.c_str()); };
    return wish;
}

void show(const CaseResult& one) {
    std::printf("%2d  %-14s  %s\n", one.of->number, std::string(name(one.judgement.verdict)).c_str(),
                std::string(one.of->name).c_str());
    for (const auto& reason : one.judgement.reasons) std::printf("    %s\n", printable(reason).c_str());
    for (const auto& text : one.apart.deviations) std::printf("    note: %s\n", text.get<std::string>().c_str());
    std::fflush(stdout);
}

certify::Entry entry_of(const CaseResult& one) {
    return {one.of,
            one.judgement,
            one.apart.ended.how,
            one.apart.facts.dump(),
            one.apart.deviations.dump(),
            one.apart.trace.dump(),
            one.apart.calls,
            one.apart.took.count()};
}

certify::Head head_of(const CertifyOptions& options, const nlohmann::json& found) {
    certify::Head head;
    head.made = SystemClock().now();
    head.generator = std::string("rakit ") + RAKIT_VERSION;
    head.found = found.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    head.library = std::string("pcsc-lite ") + PCSCLITE_VERSION_NUMBER;
    head.daemon = daemon_text();
    head.system = system_text();
    head.quick = !options.full;
    head.levels = options.cases.empty() ? options.levels : std::vector<std::string>{};
    head.chosen = options.cases;
    return head;
}

/// try_out finds out now what would keep the paper from being written at the end.
Result<void> try_out(const CertifyOptions& options, const Secrets& secrets) {
    if (!options.credential.empty()) {
        if (options.out.empty()) return fail(ErrorCode::usage, "--sign needs --out: where the paper goes");
        const auto signature = certify::sign(as_bytes("try"), options.credential, secrets.passphrase);
        if (!signature) return Unexpected{signature.error()};
    }
    std::error_code problem;
    if (!options.out.empty() && (std::filesystem::create_directories(options.out, problem), problem))
        return fail(ErrorCode::file_unwritable, problem.message(), options.out);
    return {};
}

void show(const certify::UpdateRun& update) {
    const bool judged = update.not_applicable.empty();
    const auto verdict = judged ? certify::judge_update(update.scenarios) : Verdict::not_applicable;
    std::printf("    %-14s  Updates on this reader\n", std::string(name(verdict)).c_str());
    if (!judged) return (void)std::printf("    %s\n", printable(update.not_applicable).c_str());
    const auto count = [&](const char* status) {
        return std::count_if(update.scenarios.begin(), update.scenarios.end(),
                             [&](const auto& one) { return one.status == status; });
    };
    std::printf("    %td passed, %td failed, %td skipped; %s\n", count("passed"), count("failed"), count("skipped"),
                update.cards.c_str());
    std::map<std::string, int> reasons;
    for (const auto& one : update.scenarios)
        if (one.status == "skipped") ++reasons[one.why];
    for (const auto& [reason, times] : reasons) std::printf("    skipped %d: %s\n", times, printable(reason).c_str());
}

/// updates runs the level `update` if it was asked for. A failure is on the paper too: what was measured before isn't
/// lost.
certify::UpdateRun updates(const CertifyOptions& options, const certify::RunWish& wish, const nlohmann::json& found,
                           std::optional<Error>& failure) {
    if (!options.cases.empty() || !wants(options, "update")) return {};
    auto update = run_updates({wish, options.write,
                               [](const certify::UpdateCase& one) {
                                   if (one.status != "failed") return;
                                   std::printf("    failed %s: %s\n", one.id.c_str(), printable(one.why).c_str());
                                   std::fflush(stdout);
                               }},
                              found);
    if (!update) {
        failure = update.error();
        update = certify::UpdateRun{true, "it could not be tried: " + to_string(update.error()), {}, {}};
    }
    show(*update);
    return *std::move(update);
}

int certify_reader(const CertifyOptions& options) {
    const auto secrets = read_secrets(options.pin_fd);
    if (!secrets) return report(secrets.error(), kNotTried);
    if (const auto fine = try_out(options, *secrets); !fine) return report(fine.error(), kNotTried);
    auto wish = wish_of(options, *secrets);
    const auto found = certify::look_at(wish);
    if (!found) return report(found.error(), kNotTried);
    std::printf("%s: %s\n", found->at("reader").get<std::string>().c_str(),
                found->at("kind").get<std::string>().c_str());
    for (const auto& one : found->at("evidence")) std::printf("    %s\n", printable(one.get<std::string>()).c_str());
    std::vector<certify::Entry> entries;
    int count[3] = {0, 0, 0};
    const auto results = certify::run(wish, *found, [&](const CaseResult& one) {
        show(one);
        ++count[static_cast<int>(one.judgement.verdict)];
        entries.push_back(entry_of(one));
    });
    if (!results) return report(results.error(), kNotTried);
    std::optional<Error> untried;
    const auto update = updates(options, wish, *found, untried);
    const auto paper = certify::make_paper(head_of(options, *found), entries, update);
    if (!options.json_file.empty())
        if (auto done = write_file_atomically(options.json_file, as_bytes(paper)); !done)
            return report(done.error(), kNotTried);
    if (!options.out.empty())
        if (auto done = write_papers(options.out, paper, options.credential, secrets->passphrase); !done)
            return report(done.error(), kNotTried);
    std::printf("%d pass, %d fail, %d not applicable\n", count[0], count[1], count[2]);
    if (untried) return report(*untried, kNotTried);
    return count[1] == 0 && certify::judge_update(update.scenarios) != Verdict::fail ? kDone : kFailed;
}

void add_options(CLI::App& command, CertifyOptions& options) {
    command.add_option("--reader", options.reader, "The reader's name, or a part that only one has");
    command
        .add_option("--level", options.levels,
                    "core, protocol, extended, stress, hotplug, pinpad, printer, update; core if none is named")
        ->delimiter(',')
        ->check(CLI::IsMember({"core", "protocol", "extended", "stress", "hotplug", "pinpad", "printer", "update"}));
    command.add_option("--case", options.cases, "Only these cases, by number")
        ->delimiter(',')
        ->check(CLI::Range(1, 64));
    auto* full = command.add_flag("--full", options.full, "Every length, every count");
    command.add_flag("--quick", options.quick, "Fewer of each; the default")->excludes(full);
    command
        .add_option("--card", options.card,
                    "The card that is in: tester, or one of your own, which is only read, but by the level update")
        ->check(CLI::IsMember({"tester", "piv", "pkcs15"}))
        ->capture_default_str();
    command.add_option("--printer", options.printer, "URL of the card printer whose station the reader is");
    command.add_option("--out", options.out,
                       "Folder for the paper: certificate.json, certificate.html, certificate.p7s");
    command.add_option("--sign", options.credential,
                       "Sign the paper: PEM file with a private key and its certificate, or PKCS#12 file");
    command.add_option("--json", options.json_file, "The JSON paper alone, into this file");
    command.add_option("--pin-fd", options.pin_fd,
                       "Secrets by file descriptor, a line each: a PIN's id and the PIN of a card named with --card; "
                       "\"sign\" and the passphrase of --sign");
    command.add_flag("--yes-write-real-card", options.write,
                     "At level update: write to a card that isn't a test card without asking");
    command.add_option("--pad-filters", options.pad_filters, "Whether the PIN pad claims to filter PINs (case 61)")
        ->check(CLI::IsMember({"yes", "no"}));
    command.add_option("--case-limit", options.case_limit, "Seconds that a case may take, instead of its own limit")
        ->check(CLI::Range(1, 3600));
}

}  // namespace

void add_certify(CLI::App& app, Verb& verb) {
    auto* command = app.add_subcommand("certify", "Judge a reader by 64 cases, and write a paper about it");
    const auto options = std::make_shared<CertifyOptions>();
    add_options(*command, *options);
    command->footer(
        "Example: rakit sandbox --card tester -- rakit certify --reader Virtual --level core,extended --out paper "
        "--sign me.pem\n"
        "Exit status: 0 no case failed, 1 one did, 2 it could not be tried. docs/certify.md is the guide.");
    add_certify_papers(*command, verb);
    command->require_subcommand(0, 1);
    command->callback([options, command, &verb] {
        if (!command->get_subcommands().empty()) return;
        if (options->reader.empty()) {
            verb.status =
                report({ErrorCode::usage, "--reader is required", {}, {}, "see rakit certify --help", {}}, kNotTried);
            return;
        }
        if (options->levels.empty()) options->levels = {"core"};
        verb.status = certify_reader(*options);
    });
}

}  // namespace rakit::cli
