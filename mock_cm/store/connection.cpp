#include "mock_cm/store/connection.hpp"

namespace rakit::cm {

std::unique_ptr<SQLite::Statement> Connection::take(const std::string& text) {
    const auto idle = x_idle.find(text);
    if (idle == x_idle.end()) return std::make_unique<SQLite::Statement>(database, text);
    auto statement = std::move(idle->second);
    x_idle.erase(idle);
    return statement;
}

void Connection::give_back(const std::string& text, std::unique_ptr<SQLite::Statement> statement) noexcept {
    // One that failed reports its failure once more here; it is dropped then.
    if (x_idle.size() >= kMost || statement->tryReset() != SQLite::OK) return;
    try {
        statement->clearBindings();
        x_idle.emplace(text, std::move(statement));
    } catch (const std::exception&) {  // out of memory: it is prepared anew the next time
    }
}

}  // namespace rakit::cm
