#include "mock_cm/store/search.hpp"

#include <functional>
#include <vector>

namespace rakit::cm {
namespace {

constexpr const char* kIsRevoked =
    "EXISTS (SELECT 1 FROM revocations AS r WHERE r.issuer = certificates.issuer AND r.serial = certificates.serial)";

/// Conditions are a WHERE clause in the making, with the values of its parameters.
class Conditions {
public:
    void add(const std::string& condition) { x_text += (x_text.empty() ? " WHERE " : " AND ") + condition; }
    template <class Value>
    void add(const std::string& condition, Value value) {
        add(condition);
        x_values.push_back([value](Query& query) { query.bind(value); });
    }
    /// add_text compares with a text; one that ends in `*` becomes a range, which an index can answer.
    void add_text(const std::string& column, const std::string& wanted) {
        if (wanted.empty()) return;
        if (wanted.back() != '*') return add(column + " = ?", wanted);
        const auto prefix = wanted.substr(0, wanted.size() - 1);
        add(column + " >= ?", prefix);
        // No UTF-8 text has an octet FF, so this stands behind everything that begins with the prefix.
        add(column + " < ?", prefix + "\xFF");
    }
    const std::string& text() const { return x_text; }
    void bind(Query& query) const {
        for (const auto& value : x_values) value(query);
    }

private:
    std::string x_text;
    std::vector<std::function<void(Query&)>> x_values;
};

Conditions conditions_of(const CertificateSearch& wanted) {
    Conditions conditions;
    if (wanted.id) conditions.add("position = ?", *wanted.id);
    conditions.add_text("card_serial", wanted.card_serial);
    conditions.add_text("serial", wanted.serial);
    conditions.add_text("common_name", wanted.common_name);
    conditions.add_text("issuer_common_name", wanted.issuer_common_name);
    conditions.add_text("subject_key_id", wanted.subject_key_id);
    // Written out, so that the index of the few on hold fits.
    if (wanted.active) conditions.add(*wanted.active ? "active = 1" : "active = 0");
    if (wanted.valid_from) conditions.add("not_before >= ?", *wanted.valid_from);
    if (wanted.valid_to) conditions.add("not_after <= ?", *wanted.valid_to);
    if (wanted.revoked) conditions.add(std::string(*wanted.revoked ? "" : "NOT ") + kIsRevoked);
    return conditions;
}

const char* column_of(CertificateOrder order) {
    switch (order) {
        case CertificateOrder::id: return "position";
        case CertificateOrder::serial: return "serial";
        case CertificateOrder::common_name: return "common_name";
        case CertificateOrder::not_before: return "not_before";
        case CertificateOrder::not_after: return "not_after";
    }
    return "position";
}

std::string page_text(const CertificateSearch& wanted, const Conditions& conditions) {
    const std::string direction = wanted.descending ? " DESC" : "";
    return "SELECT * FROM certificates" + conditions.text() + " ORDER BY " + column_of(wanted.order) + direction +
           ", position" + direction + " LIMIT ? OFFSET ?";
}

}  // namespace

std::string search_text(const CertificateSearch& wanted) { return page_text(wanted, conditions_of(wanted)); }

CertificatesFound search_certificates(Connection& database, const CertificateSearch& wanted) {
    const auto conditions = conditions_of(wanted);
    CertificatesFound found;
    Query count(database, ("SELECT count(*) FROM certificates" + conditions.text()));
    conditions.bind(count);
    if (count.next()) found.hits = static_cast<std::size_t>(count.number());
    Query page(database, page_text(wanted, conditions));
    conditions.bind(page);
    page.bind(static_cast<std::int64_t>(wanted.limit));
    page.bind(static_cast<std::int64_t>(wanted.offset));
    while (page.next()) found.records.push_back(certificate_of(page));
    return found;
}

}  // namespace rakit::cm
