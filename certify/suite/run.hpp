#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "certify/reader/identify.hpp"
#include "certify/reader/station_hands.hpp"
#include "certify/suite/apart.hpp"
#include "certify/suite/bench.hpp"

namespace rakit::certify {

/// RunWish is what a run was asked to do.
struct RunWish {
    std::string reader;
    std::vector<int> cases;  ///< numbers, in the order in which they are measured
    bool quick = true;
    std::string card = "tester";         ///< or `piv`, `pkcs15`: another card that the user names
    std::chrono::seconds case_limit{0};  ///< for each case; 0: the table's
    Surroundings around;
    std::string scratch;
    std::string pad_filters;  ///< `yes`, `no`, or nobody knows
    const PinsById* pins = nullptr;
    std::function<void(const std::string&)> say;  ///< asks a person; none: nobody is there
};

/// CaseResult is a case as the paper has it.
struct CaseResult {
    const Case* of;
    Judgement judgement;
    Apart apart;
};

/// station_hands moves the cards of the printer whose station the reader is; `image` is what goes into an emulated
/// printer's hopper. Null: there is no such printer.
std::unique_ptr<StationHands> station_hands(const Surroundings& around, const std::string& image);

/// look_at identifies the reader and its card, apart. Failures: service_absent, reader_absent, reader_busy (also where
/// another program holds a transaction for longer than some seconds), card_absent, card_mute, and card_unsupported for
/// a card that is neither a test card nor the one that was named.
Result<nlohmann::json> look_at(const RunWish& wish);

/// run measures and judges the cases at what look_at found; `on_result` is told of each. Failures: io_failed.
Result<std::vector<CaseResult>> run(const RunWish& wish, const nlohmann::json& found,
                                    const std::function<void(const CaseResult&)>& on_result);

}  // namespace rakit::certify
