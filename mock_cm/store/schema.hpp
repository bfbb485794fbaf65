#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "common/base/result.hpp"

namespace rakit::cm {

/// kSchemaVersion is what this program writes; a file of another version is refused.
inline constexpr int kSchemaVersion = 2;

/// ensure_schema makes the tables of an empty database, or checks that they are ours and undamaged. Throws what
/// SQLiteCpp throws; failure: store_invalid with `where` as the place.
Result<void> ensure_schema(SQLite::Database& database, const std::string& where);

}  // namespace rakit::cm
