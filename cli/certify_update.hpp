#pragma once

#include <string>

#include "certify/paper/paper.hpp"
#include "common/base/result.hpp"

namespace rakit::cli {

/// run_updates is the level `update`: the scenario catalogue (in quick mode its family of updates of transport
/// certificates), at readers of the same driver. The scenarios make each card's state, so the card has to be a virtual
/// one; else the level isn't applicable. `kind` is the reader's. Failures: those of reading the catalogue and of
/// running cases.
Result<certify::UpdateRun> run_updates(const std::string& kind, bool quick);

}  // namespace rakit::cli
