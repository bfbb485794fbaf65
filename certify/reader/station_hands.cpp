#include "certify/reader/station_hands.hpp"

#include <nlohmann/json.hpp>

#include "certify/reader/control.hpp"

namespace rakit::certify {

Result<void> StationHands::refill() {
    if (x_control.empty()) return {};
    auto emptied = ask(x_control, {{"command", "empty-trays"}});
    if (!emptied) return Unexpected{std::move(emptied).error()};
    auto loaded = ask(x_control, {{"command", "load"}, {"image", x_image}});
    if (!loaded) return Unexpected{std::move(loaded).error()};
    return {};
}

Result<void> StationHands::act(Deed deed, const std::string&) {
    auto state = x_printer->state();
    if (!state) return Unexpected{std::move(state).error()};
    const bool engaged = state->phase == "engaged" || state->phase == "encoding";
    if (deed == Deed::remove) return state->card_inside ? x_printer->eject() : Result<void>();
    if (deed != Deed::insert) return fail(ErrorCode::unsupported, "nobody can do that to a printer's station");
    if (engaged) return {};
    if (!state->card_inside)
        if (auto done = refill(); !done) return done;
    return x_printer->to_station();
}

}  // namespace rakit::certify
