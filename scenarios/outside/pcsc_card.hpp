#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/base/result.hpp"

namespace rakit::scenarios {

/// reader_called gives the full name of the reader of the environment's PC/SC service that has this name, or whose name
/// alone has it in it. Failures: service_absent, reader_absent (with the readers that there are).
Result<std::string> reader_called(const std::string& name);

/// read_pcsc_card reads the card in a reader from outside, holding it as long as that takes; nobody's verified PIN gets
/// in its way, for the card is reset then. It waits for nobody. Failures: card_absent, card_mute, card_removed,
/// reader_absent, reader_busy (another program holds the card for a second or more), read_card_outside's.
Result<nlohmann::json> read_pcsc_card(const std::string& reader);

/// power_cycle takes the card's power away and gives it back: the nearest thing to pulling it. Failures as above.
Result<void> power_cycle(const std::string& reader);

}  // namespace rakit::scenarios
