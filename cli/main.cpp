#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <iostream>

#include "cli/verbs.hpp"

namespace {

/// fill_standard_descriptors puts /dev/null where the caller closed a standard descriptor. Else the next file or socket
/// that is opened takes its number, and our messages go there: to pcscd, to the CM host, into the journal's folder.
void fill_standard_descriptors() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        while (::fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            if (::open("/dev/null", O_RDWR) < 0) return;
}

/// ended is the exit status, once all that was printed has arrived.
int ended(int status) {
    std::cout.flush();
    const bool arrived = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
    if (arrived) return status;
    rakit::Error lost;
    lost.code = rakit::ErrorCode::io_failed;
    lost.detail = "standard output can't be written";
    lost.remedy = "what was printed is not complete";
    const int told = rakit::cli::report(lost, rakit::cli::kFailed);
    return status == 0 ? told : status;
}

/// usage_error tells what was wrong with the words, and which page of help is about it.
rakit::Error usage_error(const CLI::App& app, int argc, char** argv, const CLI::ParseError& problem) {
    const auto is_verb = [](const CLI::App& of, const std::string& word) {
        const auto verbs = of.get_subcommands([&](const CLI::App* one) { return one->get_name() == word; });
        return verbs.empty() ? nullptr : verbs.front();
    };
    const CLI::App* last = &app;
    std::string words = "rakit";
    int next = 1;
    for (; next < argc; ++next) {
        const CLI::App* verb = is_verb(*last, argv[next]);
        if (verb == nullptr) break;
        last = verb;
        words += std::string(" ") + argv[next];
    }
    rakit::Error error;
    error.code = rakit::ErrorCode::usage;
    error.detail = problem.what();
    const bool unknown = last->get_require_subcommand_min() > 0 && next < argc && argv[next][0] != '-';
    if (unknown) error.detail = "'" + std::string(argv[next]) + "' is no verb of " + words;
    error.remedy = "see " + words + " --help";
    return error;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace rakit::cli;
    fill_standard_descriptors();
    CLI::App app{
        "rakit updates the certificates of smart cards, and gives you the cards, the CM host and the scenarios to "
        "prove it with",
        "rakit"};
    app.set_version_flag("--version", std::string("rakit ") + RAKIT_VERSION);
    app.require_subcommand(1);
    Verb verb;
    add_run(app, verb);
    add_scenario(app, verb);
    add_report(app, verb);
    add_trace(app, verb);
    add_certify(app, verb);
    add_sandbox(app, verb);
    add_card(app, verb);
    add_reader(app, verb);
    add_printer(app, verb);
    add_cm(app, verb);
    add_contents(app, verb);
    add_update(app, verb);
    add_resume(app, verb);
    add_batch(app, verb);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        if (problem.get_exit_code() == 0) return ended(app.exit(problem));
        return report(usage_error(app, argc, argv, problem), kNotTried);
    }
    return ended(verb.status);
}
