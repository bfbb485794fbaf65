#pragma once

#include <filesystem>
#include <memory>

#include "common/base/temporary_folder.hpp"
#include "scenarios/iut/iut.hpp"
#include "scenarios/runner/card_maker.hpp"
#include "scenarios/runner/case_trace.hpp"
#include "scenarios/runner/cm_door.hpp"
#include "scenarios/runner/cm_side.hpp"
#include "scenarios/runner/observation.hpp"
#include "scenarios/runner/station.hpp"

namespace rakit::scenarios {

/// Surroundings is what a worker keeps from case to case; borrowed.
struct Surroundings {
    Depth depth;
    const std::string& iut;
    Station& station;
    const cm::Hierarchy& hierarchy;
    CardMaker& cards;
};

/// CaseRun is one run of one case: sets card, CM and officer up, lets the RA do its job, and looks at what came of it.
class CaseRun {
public:
    CaseRun(Surroundings around, const Case& one, std::uint64_t seed);
    /// run gives what was seen, and the trace in `trace` whether it could be run or not. A failure is the harness's.
    Result<Observation> run(std::vector<std::string>& trace);

private:
    Result<Observation> go();
    Result<void> set_up_card(Observation& seen);
    Result<void> set_up_officer();
    Result<void> set_up_cm(const Observation& seen);
    Result<std::unique_ptr<Iut>> iut();
    Result<void> act(Observation& seen);
    Result<Job> job(const CardView& card) const;
    Result<void> look(Observation& seen);
    Result<void> collect_files(Observation& seen);
    std::map<std::string, Pin> right_pins() const;

    Surroundings x_around;
    const Case& x_case;
    std::uint64_t x_seed;
    std::unique_ptr<Clock> x_clock;
    SeededRng x_ra_rng, x_cm_rng, x_officer_rng;
    std::map<std::uint8_t, Pin> x_pins;
    Pin x_signature_pin;
    CaseTrace x_trace;
    Typist x_typist;
    std::unique_ptr<TemporaryFolder> x_folder;
    std::unique_ptr<cards::ImageCard> x_card;
    std::unique_ptr<TracedCard> x_traced_card;
    std::unique_ptr<CmSide> x_cm;
    std::unique_ptr<TracedHost> x_traced_host;
    std::unique_ptr<CmDoor> x_door;
};

}  // namespace rakit::scenarios
