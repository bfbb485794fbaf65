#pragma once

#include "reference/session/effect.hpp"

namespace rakit::reference::core {

/// log_entry tells what an effect does to a card, for the CardLog; nothing for effects that do nothing worth a line.
/// The card's serial number is left to the caller, who knows which card is in the reader.
std::optional<CardLogEntry> log_entry(const Effect& effect);

}  // namespace rakit::reference::core
