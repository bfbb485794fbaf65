#pragma once

#include <chrono>

#include "scenarios/iut/iut.hpp"

namespace rakit::scenarios {

/// ExecIut is an RA that is a program (docs/formats/iut.md): the job on standard input, prompts over a socket, the
/// result as the last line of standard output. It runs in a process group of its own, which is killed when the job is
/// over.
class ExecIut final : public Iut {
public:
    /// `command` is run by /bin/sh -c; `log` takes its standard error; each job may last `limit`.
    ExecIut(std::string command, std::filesystem::path log, std::chrono::milliseconds limit);
    /// run fails with io_failed (not started, ended without a result), document_invalid (the result).
    Result<IutResult> run(const Job& job, Typist& typist) override;

private:
    std::string x_command;
    std::filesystem::path x_log;
    std::chrono::milliseconds x_limit;
};

}  // namespace rakit::scenarios
