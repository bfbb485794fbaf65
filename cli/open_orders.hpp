#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference/journal/journal.hpp"
#include "reference/session/update.hpp"

namespace rakit::cli {

/// order_line is one open order for people: card, transaction, how far it came, what it does.
std::string order_line(const reference::ListedOrder& listed);

/// orders_json is `rakit resume --list --json` (docs/formats/journal.md).
nlohmann::json orders_json(const std::vector<reference::ListedOrder>& all);

/// card_to_resume tells the dialog of all open orders of the folder and gives the serial number of the card whose order
/// is meant: `wanted` is a serial number or a transaction in hex; empty: the only order's card, or, of several,
/// nothing: the card in the reader decides. Failures: nothing_to_do (no such order), those of list_open_orders.
Result<std::string> card_to_resume(const std::filesystem::path& folder, const std::string& wanted,
                                   reference::Dialog& dialog);

}  // namespace rakit::cli
