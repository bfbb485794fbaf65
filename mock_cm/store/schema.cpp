#include "mock_cm/store/schema.hpp"

namespace rakit::cm {
namespace {

// Certificates and the log are numbered by SQLite's row id, which gives "oldest first". The head of the log stands
// apart, so that a log whose end was cut off shows too. Serial numbers stand before issuers in the index: a search may
// have no issuer. The names and dates of a certificate are copied out of it for searching; the certificate counts.
constexpr const char* kSchema = R"sql(
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE orders (
    transaction_id BLOB PRIMARY KEY, request_digest BLOB NOT NULL, answer BLOB NOT NULL, response_nonces BLOB NOT NULL,
    follow_up_digest BLOB NOT NULL, follow_up_answer BLOB NOT NULL, officer TEXT NOT NULL, procedure TEXT NOT NULL,
    card_serial TEXT NOT NULL, state INTEGER NOT NULL, created INTEGER NOT NULL, waiting_request BLOB NOT NULL,
    questions_left INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX orders_by_state ON orders (state) WHERE state IN (3, 4);
CREATE TABLE order_items (
    transaction_id BLOB NOT NULL, position INTEGER NOT NULL, body_part_id INTEGER NOT NULL, key TEXT NOT NULL,
    issuer BLOB NOT NULL, serial TEXT NOT NULL, uses_tc BLOB NOT NULL, PRIMARY KEY (transaction_id, position)
) WITHOUT ROWID;
CREATE TABLE order_revokes (
    transaction_id BLOB NOT NULL, position INTEGER NOT NULL, issuer BLOB NOT NULL, serial TEXT NOT NULL,
    reason INTEGER NOT NULL, PRIMARY KEY (transaction_id, position)
) WITHOUT ROWID;
CREATE TABLE certificates (
    position INTEGER PRIMARY KEY, issuer BLOB NOT NULL, serial TEXT NOT NULL, der BLOB NOT NULL, spki BLOB NOT NULL,
    card_serial TEXT NOT NULL, key TEXT NOT NULL, transaction_id BLOB NOT NULL, active INTEGER NOT NULL,
    issued INTEGER NOT NULL, common_name TEXT NOT NULL, issuer_common_name TEXT NOT NULL, not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL, subject_key_id TEXT NOT NULL, UNIQUE (serial, issuer)
);
CREATE INDEX certificates_by_key ON certificates (spki);
CREATE INDEX certificates_by_card ON certificates (card_serial);
CREATE INDEX certificates_by_name ON certificates (common_name);
CREATE INDEX certificates_by_key_id ON certificates (subject_key_id);
CREATE INDEX certificates_on_hold ON certificates (position) WHERE active = 0;
CREATE TABLE revocations (
    issuer BLOB NOT NULL, serial TEXT NOT NULL, reason INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (issuer, serial)
) WITHOUT ROWID;
CREATE TABLE used_tcs (sha256 BLOB PRIMARY KEY, transaction_id BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE op_pins (card_serial TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE log (
    position INTEGER PRIMARY KEY, at INTEGER NOT NULL, officer TEXT NOT NULL, category TEXT NOT NULL,
    success INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, transaction_id TEXT NOT NULL,
    card_serial TEXT NOT NULL, procedure TEXT NOT NULL, line TEXT NOT NULL, hash BLOB NOT NULL
);
CREATE TABLE log_head (entries INTEGER NOT NULL, hash BLOB NOT NULL);
INSERT INTO log_head VALUES (0, zeroblob(32));
)sql";

constexpr const char* kRemedy = "keep the directory for a look, and start with another --state";

int count(SQLite::Database& database, const std::string& query) { return database.execAndGet(query).getInt(); }

void create(SQLite::Database& database) {
    SQLite::Transaction transaction(database);
    database.exec(kSchema);
    database.exec("INSERT INTO schema_version VALUES (" + std::to_string(kSchemaVersion) + ")");
    transaction.commit();
}

}  // namespace

Result<void> ensure_schema(SQLite::Database& database, const std::string& where) {
    if (count(database, "SELECT count(*) FROM sqlite_schema") == 0) {
        create(database);
        return {};
    }
    if (!database.tableExists("schema_version"))
        return fail(ErrorCode::store_invalid, "an SQLite database, but not a CM's", where, kRemedy);
    const int version = count(database, "SELECT coalesce(max(version), 0) FROM schema_version");
    if (version != kSchemaVersion)
        return fail(
            ErrorCode::store_invalid,
            "schema version " + std::to_string(version) + ", and this rakit knows " + std::to_string(kSchemaVersion),
            where, version > kSchemaVersion ? "use the newer rakit that wrote it" : kRemedy);
    const std::string health = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (health != "ok") return fail(ErrorCode::store_invalid, "damaged: " + health, where, kRemedy);
    return {};
}

}  // namespace rakit::cm
