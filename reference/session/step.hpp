#pragma once

#include <functional>

#include "reference/session/effect.hpp"
#include "reference/session/event.hpp"

namespace rakit::reference::core {

/// Transition is where one event leads.
struct Transition {
    State state;
    Effects effects;  ///< silent ones, then exactly one that answers, or Finish
};

/// step decides everything about an update and does nothing: no I/O, no clock, no randomness. An event that the stage
/// doesn't wait for ends the update with `internal`, the card unlocked.
Transition step(State state, const Event& event, const Policy& policy);

/// Core is step, or something that stands around it: whoever drives an update says which.
using Core = std::function<Transition(State, const Event&, const Policy&)>;

/// expects tells whether the transition table has a row for the pair.
bool expects(Stage stage, const Event& event);

}  // namespace rakit::reference::core
