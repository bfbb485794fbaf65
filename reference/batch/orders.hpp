#pragma once

#include <filesystem>
#include <optional>
#include <string>
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

/// read_orders reads docs/formats/orders.md, CSV (RFC 4180, a header first) or YAML by the name's ending. `common` is
/// what an order leaves open. Failures: document_invalid with every finding, file_unreadable.
Result<OrderList> read_orders(const std::filesystem::path& file, const UpdateRequest& common);

}  // namespace rakit::reference
