#include "bench/ratios.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/machine.hpp"

namespace rakit::bench {
namespace {

double rate(const Samples& samples, const std::string& name) {
    const auto found = samples.find(name);
    if (found == samples.end() || found->second.empty()) return 0;
    auto times = found->second;
    std::ranges::sort(times);
    return 1e9 / times[times.size() / 4];
}

std::string number(double value, int digits) { return value > 0 ? fmt::format("{:.{}f}", value, digits) : "-"; }

}  // namespace

std::vector<DepthRatios> ratios(const Samples& samples) {
    std::vector<DepthRatios> rows;
    for (const std::string depth : {"inproc", "wire", "pcsc"}) {
        const DepthRatios row{depth, rate(samples, depth + "/null"), rate(samples, depth + "/card"),
                              rate(samples, depth + "/card_without_quickack"), rate(samples, depth + "/vicc")};
        if (row.card_rate > 0) rows.push_back(row);
    }
    return rows;
}

std::string to_table(const std::vector<DepthRatios>& rows) {
    auto text = fmt::format("{:<8}{:>14}{:>14}{:>12}{:>22}{:>10}{:>14}{:>10}\n", "depth", "null APDU/s", "card APDU/s",
                            "card/null", "no QUICKACK APDU/s", "factor", "vicc APDU/s", "factor");
    for (const auto& row : rows)
        text += fmt::format("{:<8}{:>14}{:>14}{:>12}{:>22}{:>10}{:>14}{:>10}\n", row.depth, number(row.null_rate, 0),
                            number(row.card_rate, 0), number(row.card_to_null(), 2), number(row.delayed_rate, 1),
                            number(row.quick_ack_factor(), 0), number(row.vicc_rate, 1), number(row.vicc_factor(), 0));
    return text;
}

std::string to_json(const std::vector<DepthRatios>& rows, const Samples& samples) {
    nlohmann::ordered_json value{{"version", 1},
                                 {"machine", machine()},
                                 {"target", kTarget},
                                 {"depths", nlohmann::ordered_json::array()},
                                 {"samples", nlohmann::ordered_json::object()}};
    for (const auto& [name, times] : samples) value["samples"]["apdu/" + name + " ns"] = times;
    for (const auto& row : rows) {
        nlohmann::ordered_json depth{{"depth", row.depth},
                                     {"nullRate", row.null_rate},
                                     {"cardRate", row.card_rate},
                                     {"cardToNull", row.card_to_null()}};
        if (row.delayed_rate > 0) {
            depth["rateWithoutQuickAck"] = row.delayed_rate;
            depth["quickAckFactor"] = row.quick_ack_factor();
        }
        if (row.vicc_rate > 0) {
            depth["rateOfVicc"] = row.vicc_rate;
            depth["viccFactor"] = row.vicc_factor();
        }
        value["depths"].push_back(std::move(depth));
    }
    return value.dump(2) + "\n";
}

}  // namespace rakit::bench
