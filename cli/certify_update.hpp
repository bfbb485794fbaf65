#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "certify/paper/paper.hpp"
#include "certify/suite/run.hpp"
#include "common/base/result.hpp"

namespace rakit::cli {

/// UpdateWish is what the level `update` is to be run with.
struct UpdateWish {
    certify::RunWish run;
    bool write = false;  ///< to a card that isn't the test card, without asking
    std::function<void(const certify::UpdateCase&)> on_scenario;
};

/// run_updates is the level `update`: scenarios at the reader that look_at found, quick ones or the whole catalogue.
/// Where the reader's card can lend its slot, each scenario has a card of its own put in; a card that was named is used
/// as it is; a printer feeds one of the harness's own, a person lays one in. Why it can't be run, where it can't, is in
/// the result. Failures: those of the catalogue and of run_cases.
Result<certify::UpdateRun> run_updates(const UpdateWish& wish, const nlohmann::json& found);

}  // namespace rakit::cli
