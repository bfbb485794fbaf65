#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <memory>
#include <mutex>

#include "mock_cm/core/store.hpp"
#include "mock_cm/store/connection.hpp"
#include "mock_cm/store/op_pin_cipher.hpp"

namespace rakit::cm {

/// begin_transaction opens one on the database; the lock is held until it is gone. Throws what SQLiteCpp throws.
std::unique_ptr<StoreTransaction> begin_transaction(Connection& database, SQLite::TransactionBehavior behavior,
                                                    std::unique_lock<std::mutex> lock, const OpPinCipher& cipher);

/// guarded runs something on the database and turns what SQLiteCpp throws into io_failed.
template <class Work>
auto guarded(const std::string& where, Work&& work) -> Result<std::invoke_result_t<Work>> {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const std::exception& problem) {
        return fail(ErrorCode::io_failed, std::string("the CM's database: ") + problem.what(), where);
    }
}

}  // namespace rakit::cm
