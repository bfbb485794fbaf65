#pragma once

#include <filesystem>
#include <memory>
#include <set>

#include "common/base/temporary_folder.hpp"
#include "scenarios/iut/reference_iut.hpp"
#include "scenarios/runner/card_maker.hpp"
#include "scenarios/runner/case_trace.hpp"
#include "scenarios/runner/cm_door.hpp"
#include "scenarios/runner/cm_side.hpp"
#include "scenarios/runner/made_officers.hpp"
#include "scenarios/runner/observation.hpp"
#include "scenarios/runner/printer_case.hpp"
#include "scenarios/runner/real_card.hpp"
#include "scenarios/runner/station.hpp"
#include "scenarios/runner/watched_reader.hpp"

namespace rakit::scenarios {

/// Surroundings is what a worker keeps from case to case; borrowed.
struct Surroundings {
    Depth depth;
    const std::string& iut;
    const ReferenceCalls& reference;
    Station& station;
    const cm::Hierarchy& hierarchy;
    CardMaker& cards;
    MadeOfficers& officers;
    const std::filesystem::path& scratch;  ///< where the case's own folder is made
    TraceWish trace;
    const RealCard* real = nullptr;  ///< at depth reader, after it said that the case can be run
};

/// CaseCard is a card of one case, with its trace.
struct CaseCard {
    std::unique_ptr<cards::ImageCard> card;
    std::unique_ptr<TracedCard> traced;
};

/// CaseRun is one run of one case: sets card, CM and officer up, lets the RA do its job, and looks at what came of it.
class CaseRun {
public:
    CaseRun(Surroundings around, const Case& one, const CaseTraceFile& head);
    /// run gives what was seen, and the trace in `trace` whether it could be run or not. A failure is the harness's.
    Result<Observation> run(std::vector<CaseEvent>& trace);
    /// printer_mismatches is what isn't as expected of the printer, after run().
    const std::vector<Mismatch>& printer_mismatches() const { return x_printer_mismatches; }

private:
    Result<Observation> go();
    Result<CaseCard> open_card(const Result<cards::Image>& image, const std::string& which);
    Result<void> set_up_cards(Observation& seen);
    void set_up_typist(std::map<std::string, std::vector<std::string>> script);
    Result<void> set_up_real_card(Observation& seen);
    /// look_at_card tells how the card is now, from outside.
    Result<CardView> look_at_card() const;
    Result<void> set_up_card_below(Observation& seen);
    Result<void> set_up_printer();
    Result<void> set_up_officer_card(Observation& seen);
    Result<void> set_up_officer();
    Result<void> set_up_cm(const Observation& seen);
    Result<std::unique_ptr<Iut>> iut();
    std::unique_ptr<Iut> reference(reference::CardReader& reader, Rng& rng, const ReferenceCalls& calls);
    Result<void> act(Observation& seen);
    Result<void> act_again(Observation& seen, Iut& ra, Job& what);
    Result<void> once_more(Observation& seen, Iut& ra, const Job& what);
    Result<void> insert_again(Observation& seen, const nlohmann::json& faults);
    void mend_printer();
    Result<void> persist(Observation& seen, Iut& ra, Job& what);
    Result<void> decide();
    Result<std::string> other_ra();
    /// look_whether_held keeps the moments at which the RA has the card while it must not.
    void look_whether_held(const std::string& at);
    /// moment does what the case has happen at a moment, the first time it comes.
    void moment(const std::string& at);
    Result<Job> job(const CardView& card) const;
    Result<void> unreached() const;
    void look_at_pins(Observation& seen) const;
    Result<void> look(Observation& seen);
    Result<void> collect_files(Observation& seen);
    std::map<std::string, Pin> right_pins() const;

    Surroundings x_around;
    const Case& x_case;
    std::uint64_t x_seed;
    std::unique_ptr<Clock> x_clock;
    SeededRng x_ra_rng, x_other_ra_rng, x_cm_rng;
    std::map<std::uint8_t, Pin> x_pins;
    Pin x_signature_pin, x_op_pin;
    CaseTrace x_trace;
    std::optional<Typist> x_typist;  ///< once the card is known
    std::unique_ptr<TemporaryFolder> x_folder;
    CaseCard x_card, x_other_card, x_officer_card;
    bool x_swapped = false, x_unplugged = false, x_other_came = false;
    std::optional<std::string> x_other_result;
    const Job* x_job = nullptr;              ///< what the RA is at
    Result<void> x_moment_done;              ///< what came of it
    std::unique_ptr<PrinterCase> x_printer;  ///< where the card is in one
    std::vector<Mismatch> x_printer_mismatches;
    std::unique_ptr<CmSide> x_cm;
    std::unique_ptr<Bending> x_bending;
    std::optional<x509::Certificate> x_officer_certificate;
    std::unique_ptr<TracedHost> x_traced_host;
    std::unique_ptr<CmDoor> x_door;
    std::unique_ptr<WatchedReader> x_reader;  ///< of an RA in this process
    std::set<std::string> x_held;             ///< moments at which that RA held the card
};

}  // namespace rakit::scenarios
