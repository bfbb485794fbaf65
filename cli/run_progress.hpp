#pragma once

#include <cstddef>

#include "scenarios/runner/verdict.hpp"

namespace rakit::cli {

/// Progress shows a run as it goes: a bar on a terminal, plain lines elsewhere; failed cases in full as they come.
class Progress {
public:
    Progress(std::size_t total, bool terminal) : x_total(total), x_terminal(terminal) {}
    void show(const scenarios::Verdict& verdict);
    /// finish leaves the cursor at the start of a line.
    void finish();

private:
    void bar() const;

    std::size_t x_total;
    bool x_terminal;
    std::size_t x_done = 0;
    std::size_t x_failed = 0;
};

}  // namespace rakit::cli
