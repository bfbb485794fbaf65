#include "scenarios/outside/card_outside.hpp"

#include <nlohmann/json.hpp>

namespace rakit::scenarios {

Result<nlohmann::json> read_card_outside(const Transmit& transmit) {
    const CardChannel card(transmit);
    for (const auto& read : {read_piv_outside, read_pkcs15_outside}) {
        auto found = read(card);
        if (!found) return Unexpected{std::move(found).error()};
        if (*found) return std::move(**found);
    }
    return fail(ErrorCode::unsupported, "the card is neither a PIV card nor one that lists its files as MyEID cards do",
                "GET DATA 01A1");
}

}  // namespace rakit::scenarios
