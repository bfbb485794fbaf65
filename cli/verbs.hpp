#pragma once

#include <CLI/CLI.hpp>

#include "common/base/result.hpp"

namespace rakit::cli {

/// Exit statuses of every verb.
inline constexpr int kDone = 0;      ///< done
inline constexpr int kFailed = 1;    ///< the thing itself failed: a scenario, an update, a case
inline constexpr int kNotTried = 2;  ///< it could not be tried: usage, file, missing package

/// Verb is where a subcommand leaves what it came to; main() returns it.
struct Verb {
    int status = kDone;
};

/// Each add_ function registers one verb of cli.md with its options and the callback that runs it.
void add_contents(CLI::App& app, Verb& verb);
void add_update(CLI::App& app, Verb& verb);
void add_resume(CLI::App& app, Verb& verb);
void add_sandbox(CLI::App& app, Verb& verb);
void add_card(CLI::App& app, Verb& verb);
void add_reader(CLI::App& app, Verb& verb);
void add_printer(CLI::App& app, Verb& verb);
void add_batch(CLI::App& app, Verb& verb);
void add_cm(CLI::App& app, Verb& verb);
void add_run(CLI::App& app, Verb& verb);
void add_scenario(CLI::App& app, Verb& verb);
void add_report(CLI::App& app, Verb& verb);
void add_trace(CLI::App& app, Verb& verb);
void add_certify(CLI::App& app, Verb& verb);

/// whole_number is CLI11's check for an option that counts: a sign or anything but digits is told, where CLI11 itself
/// would let -1 wrap around.
std::string whole_number(const std::string& text);

/// report prints `rakit: CODE: what, where, what to do` on standard error and gives `status` back.
int report(const Error& error, int status);

/// status_of tells whether a failure means that the thing failed (1) or that it couldn't be tried (2).
int status_of(const Error& error);

}  // namespace rakit::cli
