#include "certify/suite/run.hpp"

#include <nlohmann/json.hpp>

#include "certify/reader/card_hands.hpp"
#include "certify/reader/person_hands.hpp"
#include "certify/suite/procedures.hpp"
#include "reference/printer/esc_printer.hpp"

namespace rakit::certify {
namespace {

using nlohmann::json;

// A printer has to feed a card first.
constexpr std::chrono::seconds kLookBound{5}, kLookBoundAtPrinter{40};

/// Crew is the hands that a reader of its kind has.
struct Crew {
    std::unique_ptr<Hands> hands;
    StationHands* station = nullptr;
};

Crew crew_of(const RunWish& wish, const json& found, ReaderKind kind) {
    Crew crew;
    if (kind == ReaderKind::station) {
        auto hands = station_hands(wish.around, "tester");
        crew.station = hands.get();
        crew.hands = std::move(hands);
    } else if (!found.contains("card_socket")) {
        crew.hands = std::make_unique<PersonHands>(wish.reader, wish.say);
    } else {
        crew.hands = std::make_unique<CardHands>(found.at("card_socket").get<std::string>(),
                                                 found.value("reader_socket", std::string()));
    }
    return crew;
}

std::chrono::milliseconds limit_of(const RunWish& wish, const Case& one, bool attended) {
    if (wish.case_limit.count() > 0) return wish.case_limit;
    constexpr int kFull = 10;
    constexpr std::chrono::seconds kForPeople{240};
    const std::chrono::seconds limit(wish.quick ? one.limit_s : one.limit_s * kFull);
    return attended ? limit + kForPeople : limit;
}

/// checked refuses a card that nobody meant.
Result<json> checked(const RunWish& wish, json found) {
    const std::string card = found.at("card");
    if (wish.card == "tester" && card == "other")
        return fail(
            ErrorCode::card_unsupported,
            "the card in '" + found.at("reader").get<std::string>() + "' isn't a test card",
            "ATR " + found.at("atr").get<std::string>(),
            "put the tester card in, or name what it is with --card piv or --card pkcs15 (nothing is written to it)");
    if (wish.card != "tester" && card != "other")
        return fail(ErrorCode::card_unsupported, "the card in the reader is a test card, not " + wish.card, {},
                    "leave --card out");
    return found;
}

}  // namespace

std::unique_ptr<StationHands> station_hands(const Surroundings& around, const std::string& image) {
    auto printer = reference::open_printer(around.printer);
    if (!printer) return nullptr;
    const auto operators = around.control / "printer.sock";
    std::error_code problem;
    const bool emulated = !around.control.empty() && std::filesystem::is_socket(operators, problem);
    return std::make_unique<StationHands>(std::move(*printer), emulated ? operators : std::filesystem::path(), image);
}

Result<json> look_at(const RunWish& wish) {
    auto seen = run_apart(
        [&](Facts& facts, CallLog& log) {
            const auto found = identify(wish.reader, wish.around, log);
            for (const auto& [key, value] : found.items()) facts.put(key, value);
        },
        wish.around.printer.empty() ? kLookBound : kLookBoundAtPrinter);
    if (!seen) return Unexpected{std::move(seen).error()};
    if (!seen->ended.measured)
        return fail(ErrorCode::reader_busy,
                    "'" + wish.reader + "' can't be connected to: looking at it " + seen->ended.how, {},
                    "another program holds a transaction, or the reader hangs");
    const auto error = seen->facts.find("error");
    if (error != seen->facts.end())
        return fail(error_code_from_name(error->at("code").get<std::string>()).value_or(ErrorCode::io_failed),
                    error->at("detail"));
    return checked(wish, std::move(seen->facts));
}

Result<std::vector<CaseResult>> run(const RunWish& wish, const json& found,
                                    const std::function<void(const CaseResult&)>& on_result) {
    const auto kind = reader_kind_named(found.at("kind").get<std::string>());
    const auto crew = crew_of(wish, found, kind);
    if (!crew.hands) return fail(ErrorCode::usage, "a printer's station needs its --printer URL");
    Bench bench;
    bench.reader = found.at("reader");
    bench.kind = kind;
    bench.card = found.at("card");
    bench.profile = wish.card == "tester" ? std::string() : wish.card;
    bench.atr = from_hex(found.at("atr").get<std::string>()).value_or(Bytes());
    bench.quick = wish.quick;
    bench.hands = crew.hands.get();
    bench.station = crew.station;
    bench.reader_socket = found.value("reader_socket", std::string());
    bench.scratch = wish.scratch;
    bench.filters = wish.pad_filters;
    bench.pins = wish.pins;
    std::vector<CaseResult> results;
    for (const int number : wish.cases) {
        const auto* one = find_case(number);
        auto apart = run_apart(
            [&](Facts& facts, CallLog& log) {
                Bench own = bench;
                own.log = &log;
                measure(*one, own, facts);
            },
            limit_of(wish, *one, !crew.hands->unattended()));
        if (!apart) return Unexpected{std::move(apart).error()};
        results.push_back({one, judge(*one, apart->facts, apart->ended), std::move(*apart)});
        on_result(results.back());
    }
    return results;
}

}  // namespace rakit::certify
