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
        return report({rakit::ErrorCode::usage, problem.what(), {}, {}, "see rakit --help", {}}, kNotTried);
    }
    return ended(verb.status);
}
