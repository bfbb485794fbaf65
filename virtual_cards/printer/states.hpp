#pragma once

#include <string>

#include "virtual_cards/printer/machine.hpp"

namespace rakit::printer {

/// SupervisedState is a printer's state as the service names it: `READY,PRINTER_READY`, `ERROR,ERR_COVER_OPEN`.
struct SupervisedState {
    std::string major;
    std::string minor;
};

/// supervised_state tells it: DEF_ before a job, ERR_ during one.
SupervisedState supervised_state(const Machine& machine);

/// actions_of gives what SetEvent may answer to an event, comma-separated; empty if it is none.
std::string actions_of(const SupervisedState& state);

}  // namespace rakit::printer
