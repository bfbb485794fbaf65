#pragma once

#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// log_and_commit ends a transaction with its line in the request log; `refusal` may be null.
Result<void> log_and_commit(StoreTransaction& store, LogEntry entry, const Error* refusal);

/// log_refusal writes a refusal's line in a transaction of its own, for what changed nothing.
Result<void> log_refusal(Store& store, const LogEntry& entry, const Error& refusal);

}  // namespace rakit::cm
