#include <cstdio>

#include "cli/verbs.hpp"

int main(int argc, char** argv) {
    using namespace rakit::cli;
    CLI::App app{"rakit updates the certificates of smart cards, and gives you the cards, the CM host and the scenarios to "
                 "prove it with",
                 "rakit"};
    app.set_version_flag("--version", std::string("rakit ") + RAKIT_VERSION);
    app.require_subcommand(1);
    Verb verb;
    add_run(app, verb);
    add_scenario(app, verb);
    add_sandbox(app, verb);
    add_card(app, verb);
    add_cm(app, verb);
    add_contents(app, verb);
    add_update(app, verb);
    add_resume(app, verb);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        if (problem.get_exit_code() == 0) return app.exit(problem);
        return report({rakit::ErrorCode::usage, problem.what(), {}, {}, "see rakit --help", {}}, kNotTried);
    }
    return verb.status;
}
