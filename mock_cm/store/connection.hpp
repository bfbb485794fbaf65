#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <memory>
#include <string>

namespace rakit::cm {

/// Connection is an open database with its statements, prepared once and used again: preparing takes longer than most
/// of them run. One thread at a time.
class Connection {
public:
    /// kMost bounds how many idle statements are kept; searches make new texts.
    static constexpr std::size_t kMost = 64;

    Connection(const std::string& path, int flags, int busy_milliseconds) : database(path, flags, busy_milliseconds) {}

    /// take gives an idle statement with this text, or prepares one. Throws what SQLiteCpp throws.
    std::unique_ptr<SQLite::Statement> take(const std::string& text);
    /// give_back takes it to use again; what was bound to it is wiped out.
    void give_back(const std::string& text, std::unique_ptr<SQLite::Statement> statement) noexcept;

    SQLite::Database database;

private:
    std::multimap<std::string, std::unique_ptr<SQLite::Statement>, std::less<>> x_idle;
};

}  // namespace rakit::cm
