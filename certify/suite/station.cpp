// A card printer's contact station: cases 63, 64.
#include "certify/reader/station_hands.hpp"

#include <nlohmann/json.hpp>

#include "certify/reader/control.hpp"
#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

constexpr std::chrono::milliseconds kSeen{3000};

bool comes(Context& context, const std::string& reader) {
    return await(context, reader, SCARD_STATE_PRESENT, kSeen).is(SCARD_STATE_PRESENT);
}

bool goes(Context& context, const std::string& reader) {
    return await(context, reader, SCARD_STATE_EMPTY, kSeen).is(SCARD_STATE_EMPTY);
}

/// out brings every card out of the printer's inside.
bool out(const Bench& bench, Facts& facts) { return bench.act(Deed::remove, facts); }

}  // namespace

void station_presence(const Bench& bench, Facts& facts) {
    Context context(*bench.log);
    const int rounds = bench.count(2, 5);
    int before = 0, engaged = 0, after = 0;
    for (int i = 0; i < rounds; ++i) {
        // In the feeder a card is presented, but not engaged.
        if (!out(bench, facts)) return;
        if (!goes(context, bench.reader)) ++before;
        if (!bench.act(Deed::insert, facts)) return;
        if (comes(context, bench.reader)) ++engaged;
        if (!out(bench, facts)) return;
        if (!goes(context, bench.reader)) ++after;
    }
    facts.put("rounds", rounds);
    facts.put("present_before", before);
    facts.put("present_engaged", engaged);
    facts.put("present_after", after);
}

void contact_failure(const Bench& bench, Facts& facts) {
    if (bench.station == nullptr || bench.station->control().empty())
        return facts.not_applicable("contacts that fail can be had of an emulated printer only");
    Context context(*bench.log);
    auto& printer = bench.station->printer();
    const auto arm = [&](int times) {
        return static_cast<bool>(ask(
            bench.station->control(),
            {{"command", "arm"}, {"fault", {{"kind", "contact-failure"}, {"phase", "at-contact"}, {"times", times}}}}));
    };
    // The policy: contacts are closed anew up to `tries` times, then the card is rejected.
    constexpr int kTries = 4, kFailing = 2;
    const auto engage = [&](int& failed) {
        for (failed = 0; failed < kTries; ++failed) {
            if (printer.to_station() && comes(context, bench.reader)) return true;
            (void)printer.clear();
        }
        return false;
    };
    if (!out(bench, facts) || !bench.station->refill() || !arm(kFailing)) return;
    int failed = 0;
    facts.put("recovered", engage(failed));
    facts.put("failing_tries", kFailing);
    facts.put("recovered_after", failed);
    if (!out(bench, facts) || !bench.station->refill() || !arm(kTries)) return;
    const bool never = !engage(failed);
    facts.put("tries", kTries);
    facts.put("given_up_after", never ? failed : -1);
    facts.put("rejected", static_cast<bool>(printer.reject()));
    facts.put("present_after", goes(context, bench.reader) ? "no" : "yes");
    (void)ask(bench.station->control(), {{"command", "disarm"}});
}

}  // namespace rakit::certify
