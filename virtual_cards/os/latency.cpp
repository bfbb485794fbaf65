#include "virtual_cards/os/latency.hpp"

#include <array>
#include <cmath>

namespace rakit::cards {
namespace {

struct Row {
    Latency latency;
    std::string_view name;
    double rsa2048_use, rsa2048_generate, p256_use, p256_generate;  // milliseconds
};

constexpr std::array kRows{
    Row{Latency::instant, "instant", 0, 0, 0, 0},
    Row{Latency::fast, "fast", 72, 7000, 33, 101},
    Row{Latency::typical, "typical", 185, 12000, 58, 156},
    Row{Latency::slow, "slow", 441, 21000, 79, 303},
};

const Row& row_of(Latency latency) { return kRows[static_cast<std::size_t>(latency)]; }

}  // namespace

std::string_view name(Latency latency) { return row_of(latency).name; }

std::optional<Latency> latency_from_name(std::string_view name) {
    for (const auto& row : kRows)
        if (row.name == name) return row.latency;
    return std::nullopt;
}

std::chrono::milliseconds time_of(Latency latency, const KeyOperation& operation) {
    const auto& row = row_of(latency);
    const bool use = operation.kind == KeyOperation::Kind::use;
    const double measured =
        operation.rsa ? (use ? row.rsa2048_use : row.rsa2048_generate) : (use ? row.p256_use : row.p256_generate);
    const double ratio = static_cast<double>(operation.bits) / (operation.rsa ? 2048 : 256);
    const double power = operation.rsa && !use ? 4 : 3;
    return std::chrono::milliseconds(std::lround(measured * std::pow(ratio, power)));
}

}  // namespace rakit::cards
