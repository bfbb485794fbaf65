#include "cli/certify_update.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/catalogue.hpp"
#include "cli/real_card_options.hpp"
#include "cli/stop_signal.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "reference/card/pcsc_reader.hpp"
#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/choice.hpp"
#include "scenarios/runner/run_folder.hpp"
#include "scenarios/runner/worker_pool.hpp"

namespace rakit::cli {
namespace {

using certify::UpdateRun;
using nlohmann::json;
using Pins = std::map<std::string, Pin>;

constexpr const char* kQuick = "tc/*";
constexpr const char* kCardOfOurs = "pkcs15-tc";
constexpr const char* kOpPin = "op-pin";

/// Seat is how the scenarios come to a card in the reader.
struct Seat {
    RealCardOptions card;
    std::string cards;  ///< which, for the paper
    Pins pins;
    std::unique_ptr<certify::StationHands> station;
};

/// prompts_of turns the ids of --pin-fd into prompts.
Pins prompts_of(const certify::PinsById* given) {
    Pins pins;
    if (given == nullptr) return pins;
    for (const auto& [id, pin] : *given)
        pins[id == kOpPin || id.rfind("pin:", 0) == 0 ? id : "pin:" + id] = pin.clone();
    return pins;
}

/// pins_of gives the PINs of a built-in card, by prompt. Failures: make_image's.
Result<Pins> pins_of(const char* image) {
    const auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    if (!hierarchy) return Unexpected{Error(hierarchy.error())};
    scenarios::CardSetup setup;
    setup.image = image;
    const auto made = scenarios::CardMaker(*hierarchy).make(setup, {}, 1, {});
    if (!made) return Unexpected{Error(made.error())};
    Pins pins;
    for (const auto& [id, pin] : scenarios::view_card(made->document).pins)
        for (const auto& value : made->document.at("pins"))
            if (value.at("reference") == pin.reference)
                pins[pin.security_officer ? kOpPin : "pin:" + id] = Pin(value.at("value").get<std::string>());
    return pins;
}

/// feed has a printer take out what it holds and close its contacts on a card of ours.
Result<Seat> feed(const UpdateWish& wish, const std::string& reader) {
    auto pins = pins_of(kCardOfOurs);
    if (!pins) return Unexpected{std::move(pins).error()};
    Seat seat{{}, std::string("one card, ") + kCardOfOurs + ", fed by the printer", std::move(*pins), {}};
    seat.station = certify::station_hands(wish.run.around, kCardOfOurs);
    if (seat.station == nullptr) return fail(ErrorCode::unsupported, "the printer does not answer");
    if (seat.station->control().empty())
        return fail(ErrorCode::unsupported,
                    "nobody knows what cards lie in this printer's feeder: name them, --card pkcs15 or piv");
    for (const auto deed : {certify::Deed::remove, certify::Deed::insert})
        if (auto done = seat.station->act(deed, {}); !done) return Unexpected{std::move(done).error()};
    auto watch = reference::PcscReader::open(reader);
    if (!watch) return Unexpected{std::move(watch).error()};
    if (auto in = (*watch)->wait_for_card(seat.station->bound()); !in) return Unexpected{std::move(in).error()};
    return seat;
}

/// ask_for_card has a person put one in.
Result<Seat> ask_for_card(const UpdateWish& wish, const std::string& reader) {
    if (!wish.run.say)
        return fail(ErrorCode::unsupported,
                    "nobody is there who could put a card with keys into this reader: have one lie in it, and name it "
                    "with --card pkcs15 or piv");
    auto watch = reference::PcscReader::open(reader);
    if (!watch) return Unexpected{std::move(watch).error()};
    constexpr std::chrono::minutes kBound{1};
    wish.run.say("please take the card out of '" + reader + "' (within 60 s)");
    const auto out = (*watch)->wait_for_no_card(kBound);
    if (!out) return Unexpected{Error(out.error())};
    if (!*out) return fail(ErrorCode::unsupported, "nobody took the card out");
    wish.run.say("please put a card that updates may be tried on (docs/update.md) into '" + reader + "' (within 60 s)");
    if (auto in = (*watch)->wait_for_card(kBound); !in) return Unexpected{std::move(in).error()};
    return Seat{{}, "one card, that a person put in", prompts_of(wish.run.pins), {}};
}

Result<Seat> take_seat(const UpdateWish& wish, const json& found) {
    const std::string reader = found.at("reader");
    if (wish.run.card != "tester")
        return Seat{
            {}, "one card, the " + wish.run.card + " card that lay in the reader", prompts_of(wish.run.pins), {}};
    if (found.contains("card_socket")) {
        Seat seat{{}, "a card of its own for each, put into this reader", {}, {}};
        seat.card.slot = found.at("card_socket");
        return seat;
    }
    return found.at("kind") == name(certify::ReaderKind::station) ? feed(wish, reader) : ask_for_card(wish, reader);
}

std::string why(const scenarios::Verdict& one) {
    if (!one.problem.empty() || one.mismatches.empty()) return one.problem;
    const auto& first = one.mismatches.front();
    return first.what + ": expected " + first.expected + ", seen " + first.seen;
}

Result<UpdateRun> run_cases_with(const scenarios::CardTerms& terms, std::vector<scenarios::Case> cases,
                                 const UpdateWish& wish) {
    auto folder = scenarios::RunFolder::make(std::filesystem::temp_directory_path());
    if (!folder) return Unexpected{std::move(folder).error()};
    const StopSignal stop;
    scenarios::PoolOptions pool;
    pool.worker = {own_binary(),           "run", "--worker", "--depth", "reader", "--iut", "reference", "--scratch",
                   folder->path().string()};
    pool.greeting = scenarios::pack(terms);
    pool.stop = stop.descriptor();
    pool.again = [](const scenarios::Case& one, std::uint64_t) { return "rakit run --filter '" + one.id + "'"; };
    if (terms.slot.empty()) scenarios::unchanged_first(cases);
    UpdateRun update;
    const auto outcome = scenarios::run_cases(cases, *folder, pool, [&](const scenarios::Verdict& one) {
        update.scenarios.push_back({one.id, std::string(name(one.status)), why(one), one.duration.count()});
        if (wish.on_scenario) wish.on_scenario(update.scenarios.back());
    });
    if (!outcome) return Unexpected{Error(outcome.error())};
    return update;
}

UpdateRun not_applicable(const Error& error) {
    UpdateRun update;
    update.wanted = true;
    update.not_applicable = error.code == ErrorCode::unsupported ? error.detail : to_string(error);
    return update;
}

}  // namespace

Result<UpdateRun> run_updates(const UpdateWish& wish, const json& found) {
    auto cases = load_catalogue({});
    if (!cases) return Unexpected{std::move(cases).error()};
    if (wish.run.quick) std::erase_if(*cases, [](const auto& one) { return !scenarios::chosen(one, {kQuick}); });
    auto seat = take_seat(wish, found);
    if (!seat) return not_applicable(seat.error());
    seat->card.reader = found.at("reader");
    seat->card.write = wish.write;
    if (!seat->pins.empty()) seat->card.known = &seat->pins;
    const auto terms = agree_on_card(seat->card, true);
    if (!terms) return not_applicable(terms.error());
    auto update = run_cases_with(*terms, std::move(*cases), wish);
    give_back(seat->card);
    if (seat->station) (void)seat->station->act(certify::Deed::remove, {}).has_value();
    if (!update) return update;
    update->wanted = true;
    update->cards = seat->cards + (wish.run.quick ? std::string("; the scenarios ") + kQuick : "; the whole catalogue");
    return update;
}

}  // namespace rakit::cli
