#pragma once

#include <map>
#include <string>
#include <vector>

namespace rakit::bench {

/// Samples are the nanoseconds per APDU of each repetition, by `DEPTH/CARD`.
using Samples = std::map<std::string, std::vector<double>>;

/// DepthRatios compares the cards at one depth, by the lower quartiles of their repetitions' times: on a shared machine
/// noise only ever adds time, and it comes in bursts that a median of a few repetitions doesn't outlive.
struct DepthRatios {
    std::string depth;
    double null_rate = 0;     ///< APDU/s of the null card
    double card_rate = 0;     ///< APDU/s of ours
    double delayed_rate = 0;  ///< APDU/s of ours without TCP_QUICKACK; 0 where there is no TCP
    double vicc_factor() const { return vicc_rate > 0 ? card_rate / vicc_rate : 0; }
    double card_to_null() const { return null_rate > 0 ? card_rate / null_rate : 0; }
    double vicc_rate = 0;  ///< APDU/s of Debian's vicc; 0 where it isn't measured
    double quick_ack_factor() const { return delayed_rate > 0 ? card_rate / delayed_rate : 0; }
};

/// kTarget is what our card must reach of the null card's rate through pcscd and vpcd.
inline constexpr double kTarget = 0.95;

/// ratios makes one row for each depth that was measured: inproc, wire, pcsc.
std::vector<DepthRatios> ratios(const Samples& samples);

/// kViccTarget is how many times vicc's rate ours must reach.
inline constexpr double kViccTarget = 400;

/// to_table prints rows; to_json keeps them with the machine and all samples, for compare.py.
std::string to_table(const std::vector<DepthRatios>& rows);
std::string to_json(const std::vector<DepthRatios>& rows, const Samples& samples);

}  // namespace rakit::bench
