#include "mock_cm/store/sqlite_store.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "mock_cm/store/log_chain.hpp"
#include "mock_cm/store/schema.hpp"
#include "mock_cm/store/transaction.hpp"

namespace rakit::cm {
namespace {

constexpr int kBusyMilliseconds = 5000;

/// make_private makes the file before SQLite does, because SQLite would let everybody read it.
Result<void> make_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return fail(ErrorCode::file_unwritable, std::strerror(errno), path);
    ::close(file);
    return {};
}

Unexpected open_failure(const std::string& where, const SQLite::Exception& problem) {
    const int code = problem.getErrorCode();
    const bool damaged = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
    if (damaged)
        return fail(ErrorCode::store_invalid, std::string("not a sound CM database: ") + problem.what(), where,
                    "keep the directory for a look, and start with another --state");
    return fail(ErrorCode::io_failed, std::string("the CM's database: ") + problem.what(), where);
}

}  // namespace

struct SqliteStore::Parts {
    Connection connection;
    // A writer takes SQLite's write lock at once: a read lock that grows later could fail half way.
    SQLite::TransactionBehavior behavior;
    std::mutex mutex;
    OpPinCipher cipher;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_with(const std::filesystem::path& path, int flags) {
    try {
        const bool writes = (flags & SQLite::OPEN_READWRITE) != 0;
        const auto behavior = writes ? SQLite::TransactionBehavior::IMMEDIATE : SQLite::TransactionBehavior::DEFERRED;
        auto parts = std::unique_ptr<Parts>(new Parts{{path.string(), flags, kBusyMilliseconds}, behavior, {}, {}});
        if (writes) {
            auto cipher = path == kInMemory ? OpPinCipher::fleeting() : OpPinCipher::beside(path);
            if (!cipher) return Unexpected{std::move(cipher).error()};
            parts->cipher = *std::move(cipher);
        }
        if (writes) {
            parts->connection.database.execAndGet("PRAGMA journal_mode = WAL");
            parts->connection.database.exec("PRAGMA synchronous = FULL");
        }
        if (auto schema = ensure_schema(parts->connection.database, path.string()); !schema)
            return Unexpected{std::move(schema).error()};
        return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
    } catch (const SQLite::Exception& problem) {
        return open_failure(path.string(), problem);
    }
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path) {
    if (path != kInMemory)
        if (auto made = make_private(path.string()); !made) return Unexpected{std::move(made).error()};
    return open_with(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_existing(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored))
        return fail(ErrorCode::file_unreadable, "no CM database here", path.string(),
                    "name the --state of a CM that ran");
    return open_with(path, SQLite::OPEN_READONLY);
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : x_parts(std::move(parts)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<StoreTransaction>> SqliteStore::begin() {
    return guarded(x_parts->connection.database.getFilename(), [&] {
        return begin_transaction(x_parts->connection, x_parts->behavior, std::unique_lock(x_parts->mutex),
                                 x_parts->cipher);
    });
}

Result<std::vector<LogEntry>> SqliteStore::find_in_log(const LogFilter& wanted) {
    const std::lock_guard lock(x_parts->mutex);
    return guarded(x_parts->connection.database.getFilename(),
                   [&] { return matching_of_log(x_parts->connection, wanted); });
}

Result<std::size_t> SqliteStore::verify_log() {
    const std::lock_guard lock(x_parts->mutex);
    auto verdict = guarded(x_parts->connection.database.getFilename(), [&] {
        const SQLite::Transaction view(x_parts->connection.database);
        return verify_log_chain(x_parts->connection);
    });
    if (!verdict) return Unexpected{std::move(verdict).error()};
    return *std::move(verdict);
}

}  // namespace rakit::cm
