#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "reference/batch/feeder.hpp"

namespace rakit::reference {

/// OrderState is how far an order of a batch is.
enum class OrderState {
    open,     ///< nothing, or only failures
    updated,  ///< the card is as it shall be, and still in the printer for all that is known
    printed,  ///< and its face printed
    done,     ///< and ejected
};

struct OrderRecord {
    OrderState state = OrderState::open;
    std::string transaction;  ///< hex, once updated
    std::string problem;      ///< code of the last failure
    std::string detail;
};

/// FedCard is one card that was fed, in the order of feeding.
struct FedCard {
    std::string serial;  ///< empty if it couldn't be read
    Left left;           ///< "unknown" while it is being worked on
    std::string problem;
};

/// BatchRecord is all that a batch knows; it holds no secret.
struct BatchRecord {
    std::string orders;  ///< the list's digest
    std::map<std::string, OrderRecord> by_serial;
    std::vector<FedCard> fed;
};

/// parse_batch_record reads what BatchJournal::save wrote to `file`. Failure: journal_corrupt, also of another version.
Result<BatchRecord> parse_batch_record(const std::string& file, std::string_view text);

/// BatchJournal keeps a batch's record on disk: one file a list, replaced as a whole each time, mode 0600.
class BatchJournal {
public:
    /// open reads the record of this list in `folder`, or begins one. Failures: journal_corrupt, journal_write_failed,
    /// file_unreadable.
    static Result<BatchJournal> open(const std::filesystem::path& folder, const std::string& digest);
    BatchRecord& record() { return x_record; }
    const BatchRecord& record() const { return x_record; }
    /// save returns when the record is on disk. Failure: journal_write_failed.
    Result<void> save() const;

private:
    BatchJournal(std::filesystem::path path, BatchRecord record)
        : x_path(std::move(path)), x_record(std::move(record)) {}
    std::filesystem::path x_path;
    BatchRecord x_record;
};

std::string_view name(OrderState state);

}  // namespace rakit::reference
