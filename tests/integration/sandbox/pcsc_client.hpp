#pragma once

#include <functional>
#include <string>

#include "virtual_cards/sandbox/sandbox.hpp"

namespace rakit::cards {

/// as_client runs `use` in a child process that is a PC/SC client of the sandbox, and gives what it returned (0 to 255;
/// 255 if it didn't end by itself): a process is a client of one daemon for its whole life.
int as_client(const Sandbox& sandbox, const std::function<int()>& use);

/// Ran is what became of a program.
struct Ran {
    int status = 255;    ///< as a shell says it
    std::string output;  ///< both streams
};

/// run runs a shell command.
Ran run(const std::string& command);

}  // namespace rakit::cards
