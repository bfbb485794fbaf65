#pragma once

#include <signal.h>

#include <array>

#include "common/base/descriptor.hpp"

namespace rakit::cli {

/// StopSignal turns SIGINT and SIGTERM into something that can be read, for its life: the first asks to stop, a second
/// that comes a second later or more ends the program as it would without us.
class StopSignal {
public:
    StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;
    ~StopSignal();
    /// descriptor can be read once a signal came; -1 if there is none to be had.
    int descriptor() const { return x_read.get(); }

private:
    Descriptor x_read, x_write;
    std::array<struct sigaction, 2> x_before{};
};

}  // namespace rakit::cli
