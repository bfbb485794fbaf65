#include "mock_cm/store/log_chain.hpp"

#include <algorithm>
#include <limits>

#include "common/ossl/digest.hpp"
#include "mock_cm/store/query.hpp"

namespace rakit::cm {
namespace {

void add_number(Bytes& to, std::int64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(number >> shift));
}

Bytes hash_of(const Bytes& previous, std::int64_t position, const LogEntry& entry) {
    Bytes content = previous;
    add_number(content, position);
    add_number(content, entry.at.time_since_epoch().count());
    add_number(content, entry.success ? 1 : 0);
    for (const auto* field : {&entry.officer, &entry.category, &entry.code, &entry.message, &entry.transaction_id,
                              &entry.card_serial, &entry.procedure, &entry.line}) {
        add_number(content, static_cast<std::int64_t>(field->size()));
        append(content, as_bytes(*field));
    }
    return ossl::sha256(content);
}

constexpr const char* kColumns =
    "at, officer, category, success, code, message, transaction_id, card_serial, procedure, line";

LogEntry entry_of(Query& row) {
    LogEntry entry;
    entry.at = row.time();
    entry.officer = row.text();
    entry.category = row.text();
    entry.success = row.flag();
    entry.code = row.text();
    entry.message = row.text();
    entry.transaction_id = row.text();
    entry.card_serial = row.text();
    entry.procedure = row.text();
    entry.line = row.text();
    return entry;
}

struct Head {
    std::int64_t entries = 0;
    Bytes hash;
};

Head head_of(Connection& database) {
    Query row(database, "SELECT entries, hash FROM log_head");
    if (!row.next()) return {};
    Head head;
    head.entries = row.number();
    head.hash = row.blob();
    return head;
}

Unexpected broken(std::int64_t position, const std::string& how) {
    return fail(ErrorCode::log_broken, "entry " + std::to_string(position) + " " + how, {},
                "what follows this entry proves nothing");
}

}  // namespace

void append_to_log(Connection& database, const LogEntry& entry) {
    const auto head = head_of(database);
    const std::int64_t position = head.entries + 1;
    const Bytes hash = hash_of(head.hash, position, entry);
    Query(database, "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", position, entry.at, entry.officer,
          entry.category, std::int64_t{entry.success}, entry.code, entry.message, entry.transaction_id,
          entry.card_serial, entry.procedure, entry.line, hash)
        .run();
    Query(database, "UPDATE log_head SET entries = ?, hash = ?", position, hash).run();
}

std::vector<LogEntry> newest_of_log(Connection& database, std::size_t limit) {
    const auto text = std::string("SELECT ") + kColumns + " FROM log ORDER BY position DESC LIMIT ?";
    Query rows(database, text, static_cast<std::int64_t>(limit));
    std::vector<LogEntry> entries;
    while (rows.next()) entries.push_back(entry_of(rows));
    std::reverse(entries.begin(), entries.end());
    return entries;
}

std::vector<LogEntry> matching_of_log(Connection& database, const LogFilter& wanted) {
    const auto text = std::string("SELECT ") + kColumns +
                      " FROM log WHERE (?1 = 0 OR success = 0) AND (?2 = '' OR officer = ?2) AND "
                      "(?3 = '' OR category = ?3) AND at >= ?4 ORDER BY position";
    constexpr auto kEver = std::numeric_limits<std::int64_t>::min();
    Query rows(database, text, std::int64_t{wanted.failed}, wanted.officer, wanted.category,
               wanted.since ? std::int64_t{wanted.since->time_since_epoch().count()} : kEver);
    std::vector<LogEntry> entries;
    while (rows.next()) entries.push_back(entry_of(rows));
    return entries;
}

Result<std::size_t> verify_log_chain(Connection& database) {
    const auto head = head_of(database);
    const auto text = std::string("SELECT position, hash, ") + kColumns + " FROM log ORDER BY position";
    Query rows(database, text);
    Bytes previous(32);
    std::int64_t expected = 0;
    while (rows.next()) {
        ++expected;
        if (rows.number() != expected) return broken(expected, "is missing");
        const Bytes stored = rows.blob();
        previous = hash_of(previous, expected, entry_of(rows));
        if (previous != stored) return broken(expected, "is not as it was written");
    }
    if (expected < head.entries) return broken(expected + 1, "is missing");
    if (previous != head.hash) return broken(expected, "is not the newest that was written");
    return static_cast<std::size_t>(expected);
}

}  // namespace rakit::cm
