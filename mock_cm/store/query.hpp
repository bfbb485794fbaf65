#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/base/secret.hpp"
#include "mock_cm/store/connection.hpp"

namespace rakit::cm {

/// Query is a statement whose parameters are given in order and whose columns are read in order.
class Query {
public:
    template <class... Values>
    Query(Connection& connection, std::string text, const Values&... values)
        : x_connection(connection), x_text(std::move(text)), x_statement(connection.take(x_text)) {
        (put(values), ...);
    }
    ~Query() { x_connection.give_back(x_text, std::move(x_statement)); }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    /// bind gives the next parameter, where their number isn't known beforehand.
    template <class Value>
    void bind(const Value& value) {
        put(value);
    }
    /// next moves to the next row; false behind the last.
    bool next() {
        x_column = 0;
        return x_statement->executeStep();
    }
    /// run executes and tells how many rows changed.
    int run() { return x_statement->exec(); }

    std::string text() { return column().getString(); }
    Bytes blob() { return octets<Bytes>(); }
    SecretBytes secret() { return octets<SecretBytes>(); }
    std::int64_t number() { return column().getInt64(); }
    bool flag() { return number() != 0; }
    UtcTime time() { return UtcTime(std::chrono::seconds(number())); }

private:
    template <class Octets>
    Octets octets() {
        const auto value = column();
        const auto* from = static_cast<const std::uint8_t*>(value.getBlob());
        return Octets(from, from + value.getBytes());
    }
    SQLite::Column column() { return x_statement->getColumn(x_column++); }
    void put(const std::string& value) { x_statement->bind(++x_parameter, value); }
    void put(ByteView value) {
        // A null pointer would be NULL; an empty octet string isn't.
        x_statement->bind(++x_parameter, value.empty() ? static_cast<const void*>("") : value.data(),
                          static_cast<int>(value.size()));
    }
    void put(const Bytes& value) { put(ByteView(value)); }
    void put(std::int64_t value) { x_statement->bind(++x_parameter, value); }
    void put(UtcTime value) { put(std::int64_t{value.time_since_epoch().count()}); }

    Connection& x_connection;
    std::string x_text;
    std::unique_ptr<SQLite::Statement> x_statement;
    int x_parameter = 0;
    int x_column = 0;
};

}  // namespace rakit::cm
