#pragma once

#include <filesystem>
#include <memory>

#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// LogFilter chooses log entries; what is empty doesn't restrict.
struct LogFilter {
    bool failed = false;  ///< refused requests only
    std::string officer;
    std::string category;
    std::optional<UtcTime> since;  ///< at this moment or later
};

/// SqliteStore keeps the CM's database in one SQLite file: write-ahead log, synchronous FULL, one SQLite transaction
/// for one StoreTransaction. What was committed survives the end of the process, and of the machine, at any moment.
class SqliteStore final : public Store {
public:
    /// kInMemory as a path keeps nothing: for runs that need speed more than a file.
    static constexpr const char* kInMemory = ":memory:";

    /// open opens or makes the file, mode 0600, and `op-pin.key` beside it, which OP PINs are encrypted with. Failures:
    /// store_invalid (damaged, of a newer rakit, or some other database), io_failed.
    static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path);
    /// open_existing opens for looking only, beside a CM that may be running. Failures: as open, and file_unreadable if
    /// there is no such file.
    static Result<std::unique_ptr<SqliteStore>> open_existing(const std::filesystem::path& path);
    ~SqliteStore() override;

    Result<std::unique_ptr<StoreTransaction>> begin() override;
    /// find_in_log lists what the filter lets through, oldest first.
    Result<std::vector<LogEntry>> find_in_log(const LogFilter& wanted);
    /// verify_log recomputes the request log's hash chain and tells how many entries it holds. Failures: log_broken
    /// with the first entry that is not as it was written, or missing; io_failed.
    Result<std::size_t> verify_log();

private:
    struct Parts;
    explicit SqliteStore(std::unique_ptr<Parts> parts);
    static Result<std::unique_ptr<SqliteStore>> open_with(const std::filesystem::path& path, int flags);
    std::unique_ptr<Parts> x_parts;
};

}  // namespace rakit::cm
