#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "certify/reader/call_log.hpp"

namespace rakit::certify {

/// Surroundings is what the command line knows of the reader's neighbourhood; none of it is believed.
struct Surroundings {
    std::filesystem::path control;  ///< folder of control sockets; empty: none
    std::string printer;            ///< URL of a card printer; empty: none
};

/// identify looks at a reader and its card, as JSON:
///
/// * `reader` (its full name), `kind` (`vpcd`, `shim`, `station`, `real`) with the `evidence` for it, `attributes`
/// * `card_socket`, `reader_socket`: whose the reader is, proven: a card is in this reader if it counted our command
/// * `atr`, `card`: `own` (the tester card), `handler` (HandlerTest's applet), `other`; `profile` of a virtual card
/// * or `error` with `code` and `detail`: service_absent, reader_absent, reader_busy, card_absent, card_mute
///
/// Nothing is written to the card: applications are selected, by name.
nlohmann::json identify(const std::string& reader, const Surroundings& around, CallLog& log);

}  // namespace rakit::certify
