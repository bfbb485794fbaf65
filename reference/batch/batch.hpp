#pragma once

#include <functional>

#include "reference/batch/batch_journal.hpp"
#include "reference/batch/feeder.hpp"
#include "reference/batch/orders.hpp"

namespace rakit::reference {

/// BatchPorts is what a batch works with; borrowed.
struct BatchPorts {
    Feeder& feeder;
    BatchJournal& journal;
    /// update does an order on the card at the station; resume continues its open order.
    std::function<Result<UpdateOutcome>(const BatchOrder& order)> update;
    std::function<Result<UpdateOutcome>()> resume;
    /// progress tells that something happened to an order or a card; for a bar.
    std::function<void(const BatchRecord& record, const FedCard& card)> progress;
};

/// BatchEnd is how a batch came to its end.
struct BatchEnd {
    std::size_t orders = 0;
    std::size_t done = 0;
    std::optional<Error> stopped;  ///< what stopped it before its time: the feeder is empty, a person is needed
};

/// run_batch works a hopper off: each card is identified after its contacts closed, matched by its serial number,
/// updated, printed on and ejected; a card that no order is for, or whose update fails, is rejected and its order stays
/// open. The journal is written before each step that can't be taken back, so that running it again goes on where it
/// was. It ends when no order is open, or with what needs a person. Failure: journal_write_failed.
Result<BatchEnd> run_batch(BatchPorts& ports, const OrderList& list);

/// accounted tells whether each card that was fed is known to be ejected, rejected, inside or lost.
bool accounted(const BatchRecord& record);

}  // namespace rakit::reference
