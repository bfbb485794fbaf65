#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <vector>

#include "mock_cm/store/connection.hpp"
#include "mock_cm/store/sqlite_store.hpp"

namespace rakit::cm {

/// append_to_log puts an entry behind the newest: its hash is SHA-256(hash of the one before, position, each field with
/// its length). Throws what SQLiteCpp throws, as all of these.
void append_to_log(Connection& database, const LogEntry& entry);

/// newest_of_log lists the newest `limit` entries, oldest first.
std::vector<LogEntry> newest_of_log(Connection& database, std::size_t limit);

/// matching_of_log lists the entries that the filter lets through, oldest first.
std::vector<LogEntry> matching_of_log(Connection& database, const LogFilter& wanted);

/// verify_log_chain recomputes the chain; see SqliteStore::verify_log.
Result<std::size_t> verify_log_chain(Connection& database);

}  // namespace rakit::cm
