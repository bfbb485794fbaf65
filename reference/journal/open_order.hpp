#pragma once

#include <optional>
#include <string>

#include "common/base/bytes.hpp"
#include "reference/card/card_profile.hpp"
#include "reference/cm/order.hpp"

namespace rakit::reference {

/// OpenOrder is all that is needed to finish an order after an interruption; it holds no secret.
struct OpenOrder {
    /// Stage says how far the order came before this was written.
    enum class Stage {
        prepared,  ///< the encoded order is about to be sent, or was: the CM may have issued
        issued,    ///< the certificates are known, the card may be half written
        written,   ///< the card holds what it shall; the CM is to be told
    };
    Stage stage = Stage::prepared;
    Order order;
    CardIdentity identity;            ///< of the card that the order is for
    Bytes encoded;                    ///< the Full PKI Request, to be sent again as it is
    std::optional<Issued> issued;     ///< at `prepared`: of some lines
    std::optional<Pending> pending;   ///< the order waits for approval at the CM
    bool replace_ca = false;          ///< the CA certificates on the card are to be replaced
    std::vector<ObjectImage> images;  ///< what the write under way can tear
};

/// name gives a stage's word in the journal.
std::string_view name(OpenOrder::Stage stage);

/// to_json writes docs/formats/journal.md's form, indented, with a line feed at the end.
std::string to_json(const OpenOrder& open);

/// parse_open_order reads it, checked against the schema. Failure: journal_corrupt with file:line:column.
/// `file` stands in findings only.
Result<OpenOrder> parse_open_order(const std::string& file, std::string_view text);

}  // namespace rakit::reference
