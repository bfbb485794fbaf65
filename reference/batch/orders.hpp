#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reference/printer/card_printer.hpp"
#include "reference/session/update.hpp"

namespace rakit::reference {

/// BatchOrder is what is wanted for one card.
struct BatchOrder {
    std::string serial;  ///< of the card, upper-case hex
    UpdateRequest request;
    std::optional<FaceText> face;  ///< printed on its front when the update went well
};

/// OrderList is an order file: at most one order for each card.
struct OrderList {
    std::vector<BatchOrder> orders;
    std::string digest;  ///< SHA-256 of the file in hex, so that a journal belongs to one list
};

/// parse_orders reads docs/formats/orders.md, CSV (RFC 4180, a header first) or YAML by the ending of `file`, which
/// findings name. `common` is what an order leaves open. Failure: document_invalid with every finding.
Result<OrderList> parse_orders(const std::string& file, std::string_view text, const UpdateRequest& common);

/// read_orders is parse_orders of a file. Failures: as there, file_unreadable.
Result<OrderList> read_orders(const std::filesystem::path& file, const UpdateRequest& common);

}  // namespace rakit::reference
