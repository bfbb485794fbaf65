#include "mock_cm/core/request_log.hpp"

#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {

Result<void> log_and_commit(StoreTransaction& store, LogEntry entry, const Error* refusal) {
    entry.success = refusal == nullptr;
    if (refusal != nullptr) {
        const Error shown = internal_error(*refusal);
        entry.code = name(shown.code);
        entry.message = refusal->detail;
        entry.line = shown.line;
    }
    if (auto done = store.append_log(entry); !done) return done;
    return store.commit();
}

Result<void> log_refusal(Store& store, const LogEntry& entry, const Error& refusal) {
    auto open = store.begin();
    if (!open) return Unexpected{std::move(open).error()};
    return log_and_commit(**open, entry, &refusal);
}

}  // namespace rakit::cm
