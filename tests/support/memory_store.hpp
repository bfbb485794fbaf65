#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "common/x509/certificate.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// MemoryStore keeps the CM's database in memory, for tests of what works on one; nothing survives it.
class MemoryStore final : public Store {
public:
    struct Content {
        using CertificateKey = std::pair<Bytes, std::string>;
        std::map<Bytes, OrderRecord> orders;
        std::map<CertificateKey, std::size_t> index;
        std::vector<CertificateRecord> certificates;
        std::map<CertificateKey, Revocation> revocations;
        std::set<Bytes> used_tcs;
        std::map<std::string, SecretBytes> op_pins;
        std::vector<LogEntry> log;
    };

    Result<std::unique_ptr<StoreTransaction>> begin() override;
    /// content is for looking at when no transaction is open.
    Content& content() { return x_content; }

private:
    class Transaction;
    std::mutex x_mutex;
    Content x_content;
};

class MemoryStore::Transaction final : public StoreTransaction {
public:
    explicit Transaction(MemoryStore& store) : x_lock(store.x_mutex), x_store(store), x_work(store.x_content) {}

    Result<std::optional<OrderRecord>> order(ByteView transaction_id) override {
        return found(x_work.orders, Bytes(transaction_id.begin(), transaction_id.end()));
    }
    Result<void> put_order(const OrderRecord& order) override {
        x_work.orders[order.transaction_id] = order;
        return {};
    }
    Result<std::vector<Bytes>> orders_in(OrderState state) override {
        std::vector<Bytes> list;
        for (const auto& [id, order] : x_work.orders)
            if (order.state == state) list.push_back(id);
        return list;
    }
    Result<std::optional<CertificateRecord>> certificate(ByteView issuer, const std::string& serial) override {
        const auto at = x_work.index.find({Bytes(issuer.begin(), issuer.end()), serial});
        if (at == x_work.index.end()) return std::optional<CertificateRecord>();
        return std::optional(x_work.certificates[at->second]);
    }
    Result<std::vector<CertificateRecord>> certificates_by_key(ByteView spki) override {
        return matching([&](const CertificateRecord& record) { return equal_bytes(record.spki, spki); });
    }
    Result<std::vector<CertificateRecord>> certificates_by_card(const std::string& card_serial) override {
        return matching([&](const CertificateRecord& record) { return record.card_serial == card_serial; });
    }
    Result<CertificatesFound> search(const CertificateSearch& wanted) override {
        std::vector<std::pair<std::string, const CertificateRecord*>> found;
        for (const auto& record : x_work.certificates)
            if (const auto key = sort_key(record, wanted)) found.emplace_back(*key, &record);
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        if (wanted.descending) std::reverse(found.begin(), found.end());
        CertificatesFound page{found.size(), {}};
        for (std::size_t i = wanted.offset; i < found.size() && page.records.size() < wanted.limit; ++i)
            page.records.push_back(*found[i].second);
        return page;
    }
    Result<void> put_certificate(const CertificateRecord& certificate) override {
        const auto [at, fresh] =
            x_work.index.try_emplace({certificate.issuer, certificate.serial}, x_work.certificates.size());
        if (fresh) x_work.certificates.emplace_back();
        x_work.certificates[at->second] = certificate;
        x_work.certificates[at->second].id = static_cast<std::int64_t>(at->second) + 1;
        return {};
    }
    Result<std::optional<Revocation>> revocation(ByteView issuer, const std::string& serial) override {
        return found(x_work.revocations, Content::CertificateKey(Bytes(issuer.begin(), issuer.end()), serial));
    }
    Result<std::vector<Revocation>> revocations(ByteView issuer) override {
        std::vector<Revocation> list;
        for (const auto& [key, revocation] : x_work.revocations)
            if (equal_bytes(key.first, issuer)) list.push_back(revocation);
        return list;
    }
    Result<void> put_revocation(const Revocation& revocation) override {
        x_work.revocations.try_emplace({revocation.issuer, revocation.serial}, revocation);
        return {};
    }
    Result<bool> tc_used(ByteView sha256) override {
        return x_work.used_tcs.count(Bytes(sha256.begin(), sha256.end())) != 0;
    }
    Result<void> put_used_tc(ByteView sha256, ByteView) override {
        x_work.used_tcs.emplace(sha256.begin(), sha256.end());
        return {};
    }
    Result<std::optional<SecretBytes>> op_pin(const std::string& card_serial) override {
        return found(x_work.op_pins, card_serial);
    }
    Result<void> put_op_pin(const std::string& card_serial, ByteView value) override {
        x_work.op_pins[card_serial] = SecretBytes(value.begin(), value.end());
        return {};
    }
    Result<void> append_log(const LogEntry& entry) override {
        x_work.log.push_back(entry);
        return {};
    }
    Result<std::vector<LogEntry>> log(std::size_t limit) override {
        const std::size_t skip = x_work.log.size() > limit ? x_work.log.size() - limit : 0;
        return std::vector<LogEntry>(x_work.log.begin() + static_cast<std::ptrdiff_t>(skip), x_work.log.end());
    }
    Result<void> commit() override {
        x_store.x_content = x_work;
        return {};
    }

private:
    static bool matches(const std::string& wanted, const std::string& value) {
        if (wanted.empty()) return true;
        if (wanted.back() != '*') return wanted == value;
        return value.compare(0, wanted.size() - 1, wanted, 0, wanted.size() - 1) == 0;
    }
    static std::string key_id_of(const Result<x509::Certificate>& certificate) {
        const auto* id = certificate ? X509_get0_subject_key_id(certificate->handle()) : nullptr;
        if (id == nullptr) return {};
        return to_hex(ByteView(ASN1_STRING_get0_data(id), static_cast<std::size_t>(ASN1_STRING_length(id))));
    }
    /// sort_key is nothing for a certificate that doesn't match.
    std::optional<std::string> sort_key(const CertificateRecord& record, const CertificateSearch& wanted) const {
        const auto parsed = x509::Certificate::parse(record.der);
        const auto name = parsed ? x509::attribute(parsed->subject(), "CN") : "";
        const auto from = parsed ? parsed->not_before() : UtcTime();
        const auto to = parsed ? parsed->not_after() : UtcTime();
        const bool revoked = x_work.revocations.count({record.issuer, record.serial}) != 0;
        if (!matches(wanted.card_serial, record.card_serial) || !matches(wanted.serial, record.serial) ||
            !matches(wanted.common_name, name) ||
            !matches(wanted.issuer_common_name, parsed ? x509::attribute(parsed->issuer(), "CN") : "") ||
            (!wanted.subject_key_id.empty() && !matches(wanted.subject_key_id, key_id_of(parsed))) ||
            (wanted.id && *wanted.id != record.id) || (wanted.revoked && *wanted.revoked != revoked) ||
            (wanted.active && *wanted.active != record.active) || (wanted.valid_from && from < *wanted.valid_from) ||
            (wanted.valid_to && to > *wanted.valid_to))
            return std::nullopt;
        switch (wanted.order) {
            case CertificateOrder::id: return std::string();
            case CertificateOrder::serial: return record.serial;
            case CertificateOrder::common_name: return name;
            case CertificateOrder::not_before: return to_iso8601(from);
            case CertificateOrder::not_after: return to_iso8601(to);
        }
        return std::nullopt;
    }
    template <class Map>
    static Result<std::optional<typename Map::mapped_type>> found(const Map& map, const typename Map::key_type& key) {
        const auto at = map.find(key);
        return at == map.end() ? std::optional<typename Map::mapped_type>() : std::optional(at->second);
    }
    template <class Test>
    Result<std::vector<CertificateRecord>> matching(Test&& test) const {
        std::vector<CertificateRecord> list;
        for (const auto& record : x_work.certificates)
            if (test(record)) list.push_back(record);
        return list;
    }

    std::unique_lock<std::mutex> x_lock;
    MemoryStore& x_store;
    Content x_work;
};

inline Result<std::unique_ptr<StoreTransaction>> MemoryStore::begin() {
    return std::unique_ptr<StoreTransaction>(std::make_unique<Transaction>(*this));
}

}  // namespace rakit::cm
