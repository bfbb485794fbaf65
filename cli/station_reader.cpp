#include "cli/station_reader.hpp"

#include <algorithm>

#include "reference/card/pcsc_reader.hpp"

namespace rakit::cli {
namespace {

/// The service looks at a reader every 400 ms; contacts that have just been opened it hasn't noticed yet.
constexpr std::chrono::milliseconds kSeenByService{2000};

bool among(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Result<std::string> station_name(reference::CardPrinter& printer, const std::string& wanted,
                                 const std::vector<std::string>& readers) {
    if (!wanted.empty()) return wanted;
    auto model = printer.model();
    if (!model) return Unexpected{std::move(model).error()};
    // A driver may show more slots than the station has; its first is it.
    for (const auto& reader : readers)
        if (reader.find(*model) != std::string::npos) return reader;
    return fail(ErrorCode::reader_absent, "no reader has the name of the printer, '" + *model + "'", {},
                "name the printer's station with --reader");
}

}  // namespace

Result<StationReader> open_station(reference::CardPrinter& printer, const std::string& name,
                                   const std::vector<std::string>& taken) {
    auto readers = reference::list_readers();
    if (!readers) return Unexpected{std::move(readers).error()};
    auto wanted = station_name(printer, name, *readers);
    if (!wanted) return Unexpected{std::move(wanted).error()};
    auto opened = reference::PcscReader::open(*wanted);
    if (!opened) return Unexpected{std::move(opened).error()};
    const std::shared_ptr<reference::PcscReader> reader = std::move(*opened);
    if (among(taken, reader->name()))
        return fail(ErrorCode::officer_card_is_target, "the officer's card is in '" + reader->name() + "'", {},
                    "name the printer's station with --reader");
    auto state = printer.state();
    if (!state) return Unexpected{std::move(state).error()};
    const bool engaged = state->phase == "engaged" || state->phase == "encoding";
    const auto empty = engaged ? Result<bool>(true) : reader->wait_for_no_card(kSeenByService);
    if (!empty) return fail(empty.error());
    if (!*empty)
        return fail(ErrorCode::reader_absent,
                    "'" + reader->name() +
                        "' isn't the printer's station: it holds a card, and the printer's contacts "
                        "are open",
                    {}, "name the printer's station with --reader");
    StationReader station;
    station.wait_for_card = [reader](std::chrono::milliseconds bound) { return reader->wait_for_card(bound); };
    // Owned twice: by whoever waits and by whoever speaks.
    struct Shared final : reference::CardReader {
        explicit Shared(std::shared_ptr<reference::PcscReader> one) : of(std::move(one)) {}
        std::string name() const override { return of->name(); }
        bool is_virtual() const override { return of->is_virtual(); }
        Result<Bytes> atr() override { return of->atr(); }
        Result<std::unique_ptr<reference::ExclusiveAccess>> lock() override { return of->lock(); }
        std::shared_ptr<reference::PcscReader> of;
    };
    station.reader = std::make_unique<Shared>(reader);
    return station;
}

}  // namespace rakit::cli
