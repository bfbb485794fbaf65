// Several readers of one pcscd at once, and one card's read by us and by OpenSC: `rakit_readers_bench [--rounds N]
// [--json FILE] [--check]`. The sides of a ratio take turns; each figure is the better quartile of its rounds.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/machine.hpp"
#include "bench/roads.hpp"

namespace rakit::bench {
namespace {

using nlohmann::ordered_json;

constexpr double kTarget = 0.9;      // 16 of our cards, of 16 null cards
constexpr double kViccTarget = 400;  // our card's rate, of vicc's

double quartile(std::vector<double> values, bool upper) {
    std::ranges::sort(values);
    if (upper) std::ranges::reverse(values);
    return values.at(values.size() / 4);
}

int run(int rounds, const std::string& rakit, const std::string& json_file, bool check) {
    const auto scale = pcsc_scale(rounds, rakit);
    ordered_json ratios, samples;
    double last = 0, first = 0;
    for (const auto& row : scale.rows) {
        const double null = quartile(row.null_rates, true), card = quartile(row.card_rates, true);
        last = card / null;
        if (row.readers == 1) first = card;
        const auto name = std::to_string(row.readers) + " readers";
        std::printf("%-12s null cards %8.0f APDU/s, ours %8.0f: %.2f\n", name.c_str(), null, card, last);
        ratios[name + " card / null"] = last;
        samples["pcsc/" + name + " null APDU per s"] = row.null_rates;
        samples["pcsc/" + name + " card APDU per s"] = row.card_rates;
    }
    const double factor = first / scale.vicc_rate;
    const double own = quartile(scale.own_read_ms, false), opensc = quartile(scale.opensc_read_ms, false);
    std::printf("vicc at pcsc %.1f APDU/s: ours is %.0f times as fast\n", scale.vicc_rate, factor);
    std::printf("read of a card: rakit contents %.0f ms, pkcs15-tool --dump %.0f ms: %.2f\n", own, opensc,
                own / opensc);
    ratios["card / vicc"] = factor;
    ratios["own read / OpenSC's"] = own / opensc;
    samples["pcsc/rakit contents wall ms"] = scale.own_read_ms;
    samples["pcsc/pkcs15-tool wall ms"] = scale.opensc_read_ms;
    if (!json_file.empty())
        std::ofstream(json_file)
            << ordered_json{{"version", 1}, {"machine", machine()}, {"ratios", ratios}, {"samples", samples}}.dump(1)
            << '\n';
    return check && (last < kTarget || factor < kViccTarget) ? 1 : 0;
}

}  // namespace
}  // namespace rakit::bench

int main(int argc, char** argv) {
    int rounds = 4;
    bool check = false;
    std::string json_file;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--check") == 0)
            check = true;
        else if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = std::max(1, std::atoi(argv[++i]));
        else if (std::strcmp(argv[i], "--json") == 0 && i + 1 < argc)
            json_file = argv[++i];
        else
            return std::fprintf(stderr, "rakit_readers_bench [--rounds N] [--json FILE] [--check]\n"), 2;
    }
    try {
        const auto rakit = std::filesystem::path(argv[0]).parent_path() / "rakit";
        return rakit::bench::run(rounds, rakit.string(), json_file, check);
    } catch (const std::runtime_error& problem) {
        std::fprintf(stderr, "rakit_readers_bench: %s\n", problem.what());
        return 2;
    }
}
