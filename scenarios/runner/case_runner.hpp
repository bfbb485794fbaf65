#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "scenarios/iut/reference_iut.hpp"
#include "scenarios/runner/card_maker.hpp"
#include "scenarios/runner/made_officers.hpp"
#include "scenarios/runner/real_card.hpp"
#include "scenarios/runner/station.hpp"
#include "scenarios/runner/task.hpp"
#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {

/// kPersonSocket is where, in the scratch folder, a person is asked (docs/formats/iut.md, Manual).
inline constexpr const char* kPersonSocket = "person";

/// RunSettings are the same for all cases of a run.
struct RunSettings {
    Depth depth = Depth::pcsc;
    std::string iut = "reference";           ///< or "exec:COMMAND" or "manual", at depths pcsc and reader
    bool octets = false;                     ///< traces hold what was exchanged
    std::filesystem::path scratch = "/tmp";  ///< where temporary folders are made
    std::filesystem::path shared_keys{};     ///< RunFolder::keys of the run that this is part of; empty: of none
    ReferenceCalls reference{};              ///< what `reference` is
};

/// CaseRunner runs cases one after another and judges them; a worker has one.
class CaseRunner {
public:
    /// make starts what the depth needs. Failures: make_station's, usage (an IUT that the depth doesn't allow).
    /// `terms`, at depth reader: of the card there.
    static Result<std::unique_ptr<CaseRunner>> make(RunSettings settings, CardTerms terms = {});
    /// run never fails: what can't be run is a failed verdict that says why.
    Verdict run(const Case& one, const Task& task);

private:
    CaseRunner(RunSettings settings, std::unique_ptr<Station> station, cm::Hierarchy hierarchy, CardTerms terms);
    Result<std::string> why_not(const Case& one, std::uint64_t seed);

    RunSettings x_settings;
    std::unique_ptr<Station> x_station;
    cm::Hierarchy x_hierarchy;
    CardMaker x_cards;
    MadeOfficers x_officers;
    std::unique_ptr<RealCard> x_real;  ///< at depth reader, unless the cards there are our own
};

/// work is a worker's life: tasks by lines from descriptor `in`, packed verdicts to `out`, until `in` ends. What it
/// cannot begin it says in one line `{"unable": ...}`. Returns the exit status.
int work(const RunSettings& settings, int in, int out, CardTerms terms = {});

}  // namespace rakit::scenarios
