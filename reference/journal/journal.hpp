#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "common/base/descriptor.hpp"
#include "reference/journal/open_order.hpp"

namespace rakit::reference {

/// Journal is the open order of one card on disk: `FOLDER/SERIAL.json`, replaced as a whole each time, mode 0600, and
/// held against a second RA by a lock on `FOLDER/SERIAL.lock` that ends with this object or the process.
class Journal {
public:
    /// open makes the folder (mode 0700) if need be and takes the lock. `serial` is the card's, upper-case hex.
    /// Failures: journal_locked (another RA works on this card), journal_write_failed.
    static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& folder, const std::string& serial);
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// read gives the open order, nothing if there is none. Failures: journal_corrupt, file_unreadable.
    Result<std::optional<OpenOrder>> read() const;
    /// write replaces the record and returns when it is on disk. Failure: journal_write_failed.
    Result<void> write(const OpenOrder& open);
    /// close removes the record: the order is done, or nothing came of it. Failure: journal_write_failed.
    Result<void> close();

    const std::filesystem::path& path() const { return x_path; }

private:
    Journal(std::filesystem::path path, Descriptor lock) : x_path(std::move(path)), x_lock(std::move(lock)) {}
    std::filesystem::path x_path;
    Descriptor x_lock;
};

/// ListedOrder is one record of a journal's folder.
struct ListedOrder {
    std::filesystem::path file;
    Result<OpenOrder> order;  ///< journal_corrupt, file_unreadable: it can't be read
};

/// list_open_orders reads the records of all cards, by file name; none if there is no folder. It takes no lock: each
/// record is replaced as a whole, so what is read is whole. Failure: file_unreadable (the folder).
Result<std::vector<ListedOrder>> list_open_orders(const std::filesystem::path& folder);

}  // namespace rakit::reference
