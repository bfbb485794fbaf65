#include "mock_cm/store/transaction.hpp"

#include "common/x509/certificate.hpp"
#include "mock_cm/store/log_chain.hpp"
#include "mock_cm/store/op_pin_cipher.hpp"
#include "mock_cm/store/query.hpp"
#include "mock_cm/store/search.hpp"

namespace rakit::cm {
namespace {

constexpr const char* kByKey = "SELECT * FROM certificates WHERE spki = ? ORDER BY position";
constexpr const char* kByCard = "SELECT * FROM certificates WHERE card_serial = ? ORDER BY position";
constexpr const char* kByNumber = "SELECT * FROM certificates WHERE issuer = ? AND serial = ?";

}  // namespace

CertificateRecord certificate_of(Query& row) {
    CertificateRecord record;
    record.id = row.number();
    record.issuer = row.blob();
    record.serial = row.text();
    record.der = row.blob();
    record.spki = row.blob();
    record.card_serial = row.text();
    record.key = row.text();
    record.transaction_id = row.blob();
    record.active = row.flag();
    record.issued = row.time();
    return record;
}

namespace {

std::vector<CertificateRecord> certificates_of(Query&& rows) {
    std::vector<CertificateRecord> records;
    while (rows.next()) records.push_back(certificate_of(rows));
    return records;
}

Revocation revocation_of(Query& row) {
    Revocation revocation;
    revocation.issuer = row.blob();
    revocation.serial = row.text();
    revocation.reason = static_cast<int>(row.number());
    revocation.at = row.time();
    return revocation;
}

OrderRecord order_of(Query& row) {
    OrderRecord order;
    order.transaction_id = row.blob();
    order.request_digest = row.blob();
    order.answer = row.blob();
    order.response_nonces = row.blob();
    order.follow_up_digest = row.blob();
    order.follow_up_answer = row.blob();
    order.officer = row.text();
    order.procedure = row.text();
    order.card_serial = row.text();
    order.state = static_cast<OrderState>(row.number());
    order.created = row.time();
    order.waiting_request = row.blob();
    order.questions_left = static_cast<int>(row.number());
    return order;
}

void read_parts(Connection& database, OrderRecord& order) {
    Query items(database,
                "SELECT body_part_id, key, issuer, serial, uses_tc FROM order_items WHERE transaction_id = ? "
                "ORDER BY position",
                order.transaction_id);
    while (items.next()) {
        auto& item = order.items.emplace_back();
        item.body_part_id = static_cast<std::uint32_t>(items.number());
        item.key = items.text();
        item.issuer = items.blob();
        item.serial = items.text();
        item.uses_tc = items.blob();
    }
    Query revokes(database,
                  "SELECT issuer, serial, reason FROM order_revokes WHERE transaction_id = ? ORDER BY position",
                  order.transaction_id);
    while (revokes.next()) {
        auto& target = order.revokes.emplace_back();
        target.issuer = revokes.blob();
        target.serial = revokes.text();
        target.reason = static_cast<int>(revokes.number());
    }
}

void write_parts(Connection& database, const OrderRecord& order) {
    Query(database, "DELETE FROM order_items WHERE transaction_id = ?", order.transaction_id).run();
    Query(database, "DELETE FROM order_revokes WHERE transaction_id = ?", order.transaction_id).run();
    std::int64_t position = 0;
    for (const auto& item : order.items)
        Query(database, "INSERT INTO order_items VALUES (?, ?, ?, ?, ?, ?, ?)", order.transaction_id, ++position,
              std::int64_t{item.body_part_id}, item.key, item.issuer, item.serial, item.uses_tc)
            .run();
    for (const auto& target : order.revokes)
        Query(database, "INSERT INTO order_revokes VALUES (?, ?, ?, ?, ?)", order.transaction_id, ++position,
              target.issuer, target.serial, std::int64_t{target.reason})
            .run();
}

/// Facts are copied out of a certificate for searching; of what is no certificate they are empty.
struct Facts {
    std::string common_name, issuer_common_name, subject_key_id;
    UtcTime not_before{}, not_after{};
};

Facts facts_of(const CertificateRecord& record) {
    const auto parsed =
        record.parsed ? Result<x509::Certificate>(*record.parsed) : x509::Certificate::parse(record.der);
    if (!parsed) return {};
    Facts facts{x509::attribute(parsed->subject(), "CN"),
                x509::attribute(parsed->issuer(), "CN"),
                {},
                parsed->not_before(),
                parsed->not_after()};
    if (const auto* id = X509_get0_subject_key_id(parsed->handle()))
        facts.subject_key_id =
            to_hex(ByteView(ASN1_STRING_get0_data(id), static_cast<std::size_t>(ASN1_STRING_length(id))));
    return facts;
}

void write_certificate(Connection& database, const CertificateRecord& record) {
    // A certificate never changes; what is known about it does.
    if (record.id != 0 &&
        Query(database,
              "UPDATE certificates SET card_serial = ?, key = ?, transaction_id = ?, active = ?, issued = ? "
              "WHERE issuer = ? AND serial = ? AND der = ?",
              record.card_serial, record.key, record.transaction_id, std::int64_t{record.active}, record.issued,
              record.issuer, record.serial, record.der)
                .run() == 1)
        return;
    const auto facts = facts_of(record);
    Query(database,
          "INSERT INTO certificates (issuer, serial, der, spki, card_serial, key, transaction_id, active, issued, "
          "common_name, issuer_common_name, not_before, not_after, subject_key_id) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (serial, issuer) DO UPDATE SET der = excluded.der, spki = excluded.spki, "
          "card_serial = excluded.card_serial, key = excluded.key, transaction_id = excluded.transaction_id, "
          "active = excluded.active, issued = excluded.issued, common_name = excluded.common_name, "
          "issuer_common_name = excluded.issuer_common_name, not_before = excluded.not_before, "
          "not_after = excluded.not_after, subject_key_id = excluded.subject_key_id",
          record.issuer, record.serial, record.der, record.spki, record.card_serial, record.key, record.transaction_id,
          std::int64_t{record.active}, record.issued, facts.common_name, facts.issuer_common_name, facts.not_before,
          facts.not_after, facts.subject_key_id)
        .run();
}

class Transaction final : public StoreTransaction {
public:
    Transaction(Connection& database, SQLite::TransactionBehavior behavior, std::unique_lock<std::mutex> lock,
                const OpPinCipher& cipher)
        : x_lock(std::move(lock)), x_database(database), x_cipher(cipher), x_transaction(database.database, behavior) {}

    Result<std::optional<OrderRecord>> order(ByteView transaction_id) override {
        return with([&]() -> std::optional<OrderRecord> {
            Query row(x_database, "SELECT * FROM orders WHERE transaction_id = ?", transaction_id);
            if (!row.next()) return std::nullopt;
            auto order = order_of(row);
            read_parts(x_database, order);
            return order;
        });
    }
    Result<void> put_order(const OrderRecord& order) override {
        return with([&] {
            Query(x_database, "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  order.transaction_id, order.request_digest, order.answer, order.response_nonces,
                  order.follow_up_digest, order.follow_up_answer, order.officer, order.procedure, order.card_serial,
                  static_cast<std::int64_t>(order.state), order.created, order.waiting_request,
                  std::int64_t{order.questions_left})
                .run();
            write_parts(x_database, order);
        });
    }
    Result<std::vector<Bytes>> orders_in(OrderState state) override {
        return with([&] {
            Query rows(x_database, "SELECT transaction_id FROM orders WHERE state = ? ORDER BY created, transaction_id",
                       static_cast<std::int64_t>(state));
            std::vector<Bytes> list;
            while (rows.next()) list.push_back(rows.blob());
            return list;
        });
    }
    Result<std::optional<CertificateRecord>> certificate(ByteView issuer, const std::string& serial) override {
        return with([&]() -> std::optional<CertificateRecord> {
            Query row(x_database, kByNumber, issuer, serial);
            return row.next() ? std::optional(certificate_of(row)) : std::nullopt;
        });
    }
    Result<std::vector<CertificateRecord>> certificates_by_key(ByteView spki) override {
        return with([&] { return certificates_of(Query(x_database, kByKey, spki)); });
    }
    Result<std::vector<CertificateRecord>> certificates_by_card(const std::string& card_serial) override {
        return with([&] { return certificates_of(Query(x_database, kByCard, card_serial)); });
    }
    Result<CertificatesFound> search(const CertificateSearch& wanted) override {
        return with([&] { return search_certificates(x_database, wanted); });
    }
    Result<void> put_certificate(const CertificateRecord& record) override {
        return with([&] { write_certificate(x_database, record); });
    }
    Result<std::optional<Revocation>> revocation(ByteView issuer, const std::string& serial) override {
        return with([&]() -> std::optional<Revocation> {
            Query row(x_database, "SELECT * FROM revocations WHERE issuer = ? AND serial = ?", issuer, serial);
            return row.next() ? std::optional(revocation_of(row)) : std::nullopt;
        });
    }
    Result<std::vector<Revocation>> revocations(ByteView issuer) override {
        return with([&] {
            Query rows(x_database, "SELECT * FROM revocations WHERE issuer = ? ORDER BY serial", issuer);
            std::vector<Revocation> list;
            while (rows.next()) list.push_back(revocation_of(rows));
            return list;
        });
    }
    Result<void> put_revocation(const Revocation& revocation) override {
        return with([&] {
            Query(x_database, "INSERT OR IGNORE INTO revocations VALUES (?, ?, ?, ?)", revocation.issuer,
                  revocation.serial, std::int64_t{revocation.reason}, revocation.at)
                .run();
        });
    }
    Result<bool> tc_used(ByteView sha256) override {
        return with([&] { return Query(x_database, "SELECT 1 FROM used_tcs WHERE sha256 = ?", sha256).next(); });
    }
    Result<void> put_used_tc(ByteView sha256, ByteView transaction_id) override {
        return with(
            [&] { Query(x_database, "INSERT OR IGNORE INTO used_tcs VALUES (?, ?)", sha256, transaction_id).run(); });
    }
    Result<std::optional<SecretBytes>> op_pin(const std::string& card_serial) override {
        auto sealed = with([&]() -> std::optional<Bytes> {
            Query row(x_database, "SELECT value FROM op_pins WHERE card_serial = ?", card_serial);
            return row.next() ? std::optional(row.blob()) : std::nullopt;
        });
        if (!sealed) return Unexpected{std::move(sealed).error()};
        if (!*sealed) return std::optional<SecretBytes>();
        auto value = x_cipher.open(card_serial, **sealed);
        if (!value) return Unexpected{std::move(value).error()};
        return std::optional(*std::move(value));
    }
    Result<void> put_op_pin(const std::string& card_serial, ByteView value) override {
        const auto sealed = x_cipher.seal(card_serial, value);
        if (!sealed) return Unexpected{sealed.error()};
        return with(
            [&] { Query(x_database, "INSERT OR REPLACE INTO op_pins VALUES (?, ?)", card_serial, *sealed).run(); });
    }
    Result<void> append_log(const LogEntry& entry) override {
        return with([&] { append_to_log(x_database, entry); });
    }
    Result<std::vector<LogEntry>> log(std::size_t limit) override {
        return with([&] { return newest_of_log(x_database, limit); });
    }
    Result<void> commit() override {
        return with([&] { x_transaction.commit(); });
    }

private:
    template <class Work>
    auto with(Work&& work) -> Result<std::invoke_result_t<Work>> {
        return guarded(x_database.database.getFilename(), std::forward<Work>(work));
    }

    // The order matters: the transaction ends before the next thread may begin one.
    std::unique_lock<std::mutex> x_lock;
    Connection& x_database;
    const OpPinCipher& x_cipher;
    SQLite::Transaction x_transaction;
};

}  // namespace

std::unique_ptr<StoreTransaction> begin_transaction(Connection& database, SQLite::TransactionBehavior behavior,
                                                    std::unique_lock<std::mutex> lock, const OpPinCipher& cipher) {
    return std::make_unique<Transaction>(database, behavior, std::move(lock), cipher);
}

}  // namespace rakit::cm
