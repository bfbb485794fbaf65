/// Measures whole updates - card, RA, CM host and its database - at a depth, and in the same run the cryptographic
/// operations that a two-key Redo can't do without. The time is CPU time of this process, which is what other programs
/// on the machine disturb least; wall time stands beside it.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "bench/floor.hpp"
#include "bench/machine.hpp"
#include "bench/sampler.hpp"
#include "common/base/file.hpp"
#include "common/base/temporary_folder.hpp"
#include "reference/cm/cm_client.hpp"
#include "reference/officer/open_officers.hpp"
#include "reference/session/update.hpp"
#include "scenarios/runner/bending.hpp"
#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/card_maker.hpp"
#include "scenarios/runner/cm_door.hpp"
#include "scenarios/runner/cm_side.hpp"
#include "scenarios/runner/station.hpp"

namespace rakit::bench {
namespace {

using nlohmann::ordered_json;

constexpr double kTarget = 1.4;  // two-key Redo in process, times its floor
constexpr const char* kPassword = "officer-secret";
constexpr const char* kOfficerPin = "246810";
constexpr UtcTime kVirtualNow = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2};

template <class T>
T need(Result<T> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
    return std::move(*result);
}
void need(Result<void> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
}

/// Variant is one kind of update.
struct Variant {
    std::string name;
    std::string image;
    std::string procedure;
    reference::Action rsa, ec;  ///< of key 45, RSA-2048, and 46, P-256
    bool officer_card = false;
};

std::vector<Variant> variants(scenarios::Depth depth) {
    using reference::Action;
    std::vector<Variant> list{
        {"redo-two-keys", "pkcs15-tc", "employee-tc", Action::redo, Action::redo},
        {"redo-rsa", "pkcs15-tc", "employee-tc", Action::redo, Action::blank},
        {"redo-ec", "pkcs15-tc", "employee-tc", Action::blank, Action::redo},
        {"add-rsa", "pkcs15-id", "employee", Action::add, Action::blank},
        {"add-ec", "pkcs15-id", "employee", Action::blank, Action::add},
    };
    // An officer's card needs PC/SC: the reference reaches it through OpenSC's PKCS#11 module.
    if (depth == scenarios::Depth::pcsc)
        list.push_back({"redo-two-keys-officer-card", "pkcs15-tc", "employee-tc", Action::redo, Action::redo, true});
    return list;
}

/// Knowing answers with the built-in cards' PINs; everything else is in the request.
class Knowing final : public reference::Dialog {
public:
    explicit Knowing(std::string signature) : x_signature(std::move(signature)) {}
    Result<Pin> ask_pin(const reference::PinPrompt& prompt) override {
        return Pin(prompt.id == "pin:01" ? "111111" : prompt.id == "pin:02" ? "222222" : x_signature);
    }
    Result<reference::ActionsAnswer> choose_actions(const reference::Contents&) override { return unasked(); }
    Result<std::string> choose_procedure(const std::vector<reference::Procedure>&) override { return unasked(); }
    Result<reference::FilledForm> fill_form(const reference::InputForm&) override { return unasked(); }
    void tell(const std::string&, const std::string&) override {}
    void progress(const std::string&) override {}

private:
    static Unexpected unasked() { return fail(ErrorCode::prompt_unavailable, "the request says it"); }
    std::string x_signature;
};

/// uri_of names a key of the built-in officer's card, through OpenSC's module (RFC 7512).
std::string uri_of(const std::string& reader, const std::string& key) {
    std::string encoded;
    for (const char c : reader) encoded += "%" + to_hex(Bytes{static_cast<std::uint8_t>(c)});
    std::string module = "opensc-pkcs11.so";
    std::error_code none;
    for (const auto& folder : std::filesystem::directory_iterator("/usr/lib", none))
        if (const auto file = folder.path() / module; std::filesystem::exists(file, none)) {
            module = file.string();
            break;
        }
    return "pkcs11:slot-description=" + encoded + ";id=%" + key + "?module-path=" + module;
}

/// clock_for: what TLS thinks of a certificate goes by the system's time.
std::unique_ptr<Clock> clock_for(scenarios::Depth depth) {
    if (depth == scenarios::Depth::inproc) return std::make_unique<VirtualClock>(kVirtualNow);
    return std::make_unique<SystemClock>();
}

struct Cost {
    double cpu_ms = 0, wall_ms = 0;
};

template <class Work>
Cost cost(Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = cpu_ms();
    work();
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
    return {cpu_ms() - cpu, wall.count()};
}

/// Placed takes the cards out of the station again, whatever happens.
class Placed {
public:
    explicit Placed(scenarios::Station& station) : x_station(station) {}
    Placed(const Placed&) = delete;
    Placed& operator=(const Placed&) = delete;
    ~Placed() { x_station.end(); }

private:
    scenarios::Station& x_station;
};

/// Bench has what stays the same from update to update.
class Bench {
public:
    explicit Bench(scenarios::Depth depth)
        : x_depth(depth),
          x_clock(clock_for(depth)),
          x_hierarchy(need(cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed))),
          x_cards(x_hierarchy),
          x_folder(need(TemporaryFolder::make(std::filesystem::temp_directory_path(), "rakit-update-bench"))),
          x_station(need(scenarios::make_station(depth, std::filesystem::temp_directory_path()))) {
        const auto day = std::chrono::hours(24);
        const auto now = x_clock->now();
        const auto token =
            need(cm::officer_token(x_hierarchy, "Olivia Officer", kPassword, now - day, now + day, x_rng));
        need(write_file_atomically(x_folder.path() / "officer.p12", token.pkcs12, 0600));
    }

    /// update measures one update of a fresh card at a fresh CM; what is set up for it isn't counted.
    Cost update(const Variant& variant, Sampler* sampler) {
        scenarios::CardSetup setup;
        setup.image = variant.image;
        auto card = need(cards::open_image(need(x_cards.make(setup, "", 1, {}))));
        scenarios::Case one;
        one.doing.procedure = variant.procedure;
        auto side = need(scenarios::CmSide::make(one, scenarios::view_card(card->snapshot().document), Pin("87654321"),
                                                 x_hierarchy, *x_clock, x_rng));
        const Placed placed(*x_station);
        need(x_station->begin(*card, *x_clock));
        auto officers = open_officers(variant);
        scenarios::Bending straight({}, {}, [](const auto&) {});
        const auto door = x_depth == scenarios::Depth::inproc
                              ? scenarios::direct_door(side->host(), x_hierarchy)
                              : need(scenarios::https_door(side->host(), x_hierarchy, straight));
        auto exchange = need(door->exchange(officers.tls()));
        reference::CmClient client(*exchange, {x_hierarchy.authority("root").certificate}, *x_clock, x_rng);
        Knowing dialog(variant.officer_card ? kOfficerPin : kPassword);
        NoTrace trace;
        reference::UpdatePorts ports{x_station->reader(),
                                     client,
                                     *officers.signs,
                                     dialog,
                                     *x_clock,
                                     x_rng,
                                     trace,
                                     x_folder.path() / "journal",
                                     {reference::kDefaultTransportPolicy}};
        ports.tls_officer = officers.connects.get();
        reference::UpdateRequest request;
        request.actions = {{"45", variant.rsa, {}}, {"46", variant.ec, {}}};
        request.procedure = variant.procedure;
        request.fields = {{"commonName", "Anna Ek"}};
        if (sampler != nullptr) sampler->start();
        const auto spent = cost([&] { need(reference::update(ports, request)); });
        if (sampler != nullptr) sampler->stop();
        return spent;
    }

private:
    reference::Officers open_officers(const Variant& variant) {
        if (!variant.officer_card) return need(reference::open_officers((x_folder.path() / "officer.p12").string()));
        x_officer_card = need(cards::open_image(need(x_cards.officer(Pin(kOfficerPin), 1))));
        if (!need(x_station->begin_officer(*x_officer_card)))
            throw std::runtime_error("no reader for an officer's card");
        const auto reader = x_station->officer_reader_name();
        return need(reference::open_officers(uri_of(reader, "46"), uri_of(reader, "45")));
    }

    scenarios::Depth x_depth;
    SeededRng x_rng{1, "update bench"};
    std::unique_ptr<Clock> x_clock;
    cm::Hierarchy x_hierarchy;
    scenarios::CardMaker x_cards;
    TemporaryFolder x_folder;
    std::unique_ptr<cards::ImageCard> x_officer_card;
    std::unique_ptr<scenarios::Station> x_station;
};

double quantile(std::vector<double> values, double part) {
    std::ranges::sort(values);
    const auto at = part * static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(at + 0.5)];
}

/// Options: --depth inproc|wire|pcsc, --updates N of the two-key Redo, --others N of each other kind, --json FILE,
/// --check for the exit code.
struct Options {
    scenarios::Depth depth = scenarios::Depth::inproc;
    int updates = 1000, others = 100;
    std::string json_file;
    bool check = false;
};

std::optional<Options> read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--check") {
            options.check = true;
            continue;
        }
        if (++i == argc) return std::nullopt;
        const auto depth = scenarios::depth_from_name(argv[i]);
        if (word == "--depth" && depth)
            options.depth = *depth;
        else if (word == "--updates")
            options.updates = std::max(1, std::atoi(argv[i]));
        else if (word == "--others")
            options.others = std::atoi(argv[i]);
        else if (word == "--json")
            options.json_file = argv[i];
        else
            return std::nullopt;
    }
    return options;
}

using Samples = std::map<std::string, std::vector<double>>;

/// measure runs the kinds of updates, and the floor, in turns.
std::map<std::string, double> measure(const Options& options, const RedoFloor& floor, Samples& samples) {
    Bench bench(options.depth);
    Sampler sampler;
    const auto prefix = "update/" + std::string(scenarios::name(options.depth)) + "/";
    const auto kinds = variants(options.depth);
    for (const auto& kind : kinds)
        if (&kind == &kinds.front() || options.others > 0) bench.update(kind, nullptr);  // caches fill
    for (int round = 0; round < options.updates; ++round) {
        for (const auto& kind : kinds) {
            const bool first = &kind == &kinds.front();
            if (!first && round >= options.others) continue;
            const auto spent = bench.update(kind, first ? &sampler : nullptr);
            samples[prefix + kind.name + " cpu ms"].push_back(spent.cpu_ms);
            samples[prefix + kind.name + " wall ms"].push_back(spent.wall_ms);
        }
        samples[prefix + "floor cpu ms"].push_back(cost([&] { floor.run(); }).cpu_ms);
    }
    return sampler.shares();
}

/// print_floor measures each operation of the floor by itself.
void print_floor(const RedoFloor& floor) {
    std::printf("what a two-key Redo can't do without\n");
    for (const auto& operation : floor.operations()) {
        std::vector<double> times;
        for (int i = 0; i < 40; ++i) times.push_back(cost([&] { operation.run(); }).cpu_ms);
        std::printf("  %2d x %-88s %8.3f ms\n", operation.count, operation.name.c_str(), quantile(times, 0.25));
    }
}

int run(const Options& options) {
    const RedoFloor floor;
    print_floor(floor);
    Samples samples;
    const auto shares = measure(options, floor, samples);
    std::printf("%-56s %7s %9s %9s %9s\n", "", "n", "p50", "p90", "p99");
    for (const auto& [name, values] : samples)
        std::printf("%-56s %7zu %9.3f %9.3f %9.3f\n", name.c_str(), values.size(), quantile(values, 0.5),
                    quantile(values, 0.9), quantile(values, 0.99));
    const auto prefix = "update/" + std::string(scenarios::name(options.depth)) + "/";
    const auto& redo = samples.at(prefix + "redo-two-keys cpu ms");
    const auto& least = samples.at(prefix + "floor cpu ms");
    std::vector<double> ratios;
    for (std::size_t i = 0; i < redo.size(); ++i) ratios.push_back(redo[i] / least[i]);
    const double ratio = quantile(redo, 0.5) / quantile(least, 0.5);
    std::printf("CPU of a two-key Redo: %.2f times its floor (quartiles of the rounds %.2f and %.2f; target %.1f)\n",
                ratio, quantile(ratios, 0.25), quantile(ratios, 0.75), kTarget);
    std::printf("its CPU time is spent in:");
    for (const auto& [owner, share] : shares) std::printf("  %s %.1f %%", owner.c_str(), share * 100);
    std::printf("\n");
    if (!options.json_file.empty())
        std::ofstream(options.json_file) << ordered_json{{"version", 1},
                                                         {"machine", machine()},
                                                         {"ratios", {{prefix + "redo-two-keys / floor", ratio}}},
                                                         {"shares", shares},
                                                         {"samples", samples}}
                                                .dump(1)
                                         << '\n';
    return options.check && ratio > kTarget ? 1 : 0;
}

}  // namespace
}  // namespace rakit::bench

int main(int argc, char** argv) {
    using namespace rakit::bench;
    const auto options = read_options(argc, argv);
    if (!options) {
        std::fprintf(
            stderr,
            "rakit_update_bench [--depth inproc|wire|pcsc] [--updates N] [--others N] [--json FILE] [--check]\n");
        return 2;
    }
    try {
        return run(*options);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "rakit_update_bench: %s\n", problem.what());
        return 2;
    }
}
