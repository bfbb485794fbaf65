#include "mock_cm/core/qc_statements.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/iso7816/tlv.hpp"
#include "mock_cm/core/der_number.hpp"
#include "mock_cm/core/qc_syntax.hpp"
#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

using iso7816::TlvReader;
using iso7816::TlvWriter;
using nlohmann::json;

struct NameRow {
    QcType type;
    std::string_view name;
};

constexpr std::array kNames{NameRow{QcType::compliance, "QcCompliance"},
                            NameRow{QcType::limit_value, "QcLimitValue"},
                            NameRow{QcType::retention_period, "QcRetentionPeriod"},
                            NameRow{QcType::sscd, "QcSSCD"},
                            NameRow{QcType::pds, "QcPDS"},
                            NameRow{QcType::type, "QcType"},
                            NameRow{QcType::cc_legislation, "QcCClegislation"}};

Unexpected invalid(std::string what) {
    return refuse(ErrorCode::qc_invalid, std::move(what),
                  "Correct the statement: ETSI EN 319 412-5 says what each may hold.");
}

Bytes text_value(std::uint32_t tag, const std::string& text) { return TlvWriter().put(tag, as_bytes(text)).bytes(); }

Bytes currency(const json& qc) {
    const auto text = qc.at("currency").get<std::string>();
    const bool numeric = !text.empty() && text.size() <= 3 && text.find_first_not_of("0123456789") == std::string::npos;
    return numeric ? TlvWriter().put(kInteger, der_integer(std::stoll(text))).bytes() : text_value(kPrintable, text);
}

Bytes limit_value(const json& qc) {
    return TlvWriter()
        .nest(kSequence,
              [&](TlvWriter& out) {
                  out.raw(currency(qc));
                  out.put(kInteger, der_integer(qc.at("amount").get<std::int64_t>()));
                  out.put(kInteger, der_integer(qc.at("exponent").get<std::int64_t>()));
              })
        .bytes();
}

Bytes locations(const json& qc) {
    return TlvWriter()
        .nest(kSequence,
              [&](TlvWriter& out) {
                  for (const auto& one : qc.at("locations"))
                      out.nest(kSequence, [&](TlvWriter& location) {
                          location.put(kIa5, as_bytes(one.at("url").get_ref<const std::string&>()));
                          location.put(kPrintable, as_bytes(one.at("language").get_ref<const std::string&>()));
                      });
              })
        .bytes();
}

Bytes types(const json& qc) {
    return TlvWriter()
        .nest(kSequence,
              [&](TlvWriter& out) {
                  for (const auto& word : qc.at("types")) {
                      const auto found = std::find(kQcTypeWords.begin(), kQcTypeWords.end(), word.get<std::string>());
                      out.put(kOid, qc_type_oid(static_cast<std::uint8_t>(found - kQcTypeWords.begin() + 1)));
                  }
              })
        .bytes();
}

Bytes countries(const json& qc) {
    return TlvWriter()
        .nest(kSequence,
              [&](TlvWriter& out) {
                  for (const auto& one : qc.at("countries"))
                      out.put(kPrintable, as_bytes(one.get_ref<const std::string&>()));
              })
        .bytes();
}

/// statement_info encodes what follows the statement's identifier; empty if nothing does.
Bytes statement_info(QcType type, const json& qc) {
    switch (type) {
        case QcType::limit_value: return limit_value(qc);
        case QcType::retention_period:
            return TlvWriter().put(kInteger, der_integer(qc.at("years").get<std::int64_t>())).bytes();
        case QcType::pds: return locations(qc);
        case QcType::type: return types(qc);
        case QcType::cc_legislation: return countries(qc);
        default: return {};
    }
}

Result<QcStatement> read_statement(TlvReader& list) {
    const auto whole = list.read(kSequence);
    if (!whole) return invalid("the qcStatements extension is no list of statements: " + whole.error().detail);
    TlvReader reader(whole->value);
    const auto oid = reader.read(kOid);
    if (!oid) return invalid("a QC statement has no identifier");
    const auto prefix = qc_statement_oid(0);
    const bool etsi = oid->value.size() == prefix.size() &&
                      equal_bytes(oid->value.first(prefix.size() - 1), ByteView(prefix).first(prefix.size() - 1));
    const unsigned arc = etsi ? oid->value.back() : 0;
    if (arc < 1 || arc > kNames.size())
        return refuse(ErrorCode::qc_not_allowed,
                      "the QC statement with the OID octets " + to_hex(oid->value) + " is none of ETSI EN 319 412-5",
                      "Leave the statement out.");
    const auto type = static_cast<QcType>(arc);
    return QcStatement{type, Bytes(whole->whole.begin(), whole->whole.end())};
}

}  // namespace

std::string_view name(QcType type) { return kNames[static_cast<std::size_t>(type) - 1].name; }

std::optional<QcType> qc_type_from_name(std::string_view wanted) {
    for (const auto& row : kNames)
        if (row.name == wanted) return row.type;
    return std::nullopt;
}

Result<QcStatement> make_qc_statement(const json& qc) {
    const auto type = qc_type_from_name(qc.at("type").get<std::string>());
    if (!type) return invalid("there is no QC statement '" + qc.at("type").get<std::string>() + "'");
    Bytes info;
    try {
        info = statement_info(*type, qc);
    } catch (const json::exception&) {
        return invalid(std::string(name(*type)) + " lacks a member");
    }
    if (const auto wrong = qc_flaw(*type, info); !wrong.empty())
        return invalid(std::string(name(*type)) + ": " + wrong);
    const auto oid = qc_statement_oid(static_cast<std::uint8_t>(*type));
    return QcStatement{*type,
                       TlvWriter().nest(kSequence, [&](TlvWriter& out) { out.put(kOid, oid).raw(info); }).bytes()};
}

Result<std::vector<QcStatement>> read_qc_statements(ByteView extension) {
    TlvReader outer(extension);
    const auto list = outer.read(kSequence);
    if (!list || !outer.at_end()) return invalid("the qcStatements extension is no SEQUENCE");
    std::vector<QcStatement> statements;
    TlvReader reader(list->value);
    while (!reader.at_end()) {
        auto one = read_statement(reader);
        if (!one) return Unexpected{std::move(one).error()};
        for (const auto& other : statements)
            if (other.type == one->type) return invalid(std::string(name(one->type)) + " stands twice");
        statements.push_back(*std::move(one));
    }
    if (statements.empty()) return invalid("the qcStatements extension is empty");
    return statements;
}

Result<void> check_qc_contents(const QcStatement& statement) {
    TlvReader reader(TlvReader(statement.der).read(kSequence)->value);
    static_cast<void>(reader.read(kOid));
    if (const auto wrong = qc_flaw(statement.type, reader.rest()); !wrong.empty())
        return invalid(std::string(name(statement.type)) + ": " + wrong);
    return {};
}

Bytes qc_extension(const std::vector<QcStatement>& statements) {
    return TlvWriter()
        .nest(kSequence,
              [&](TlvWriter& out) {
                  for (const auto& one : statements) out.raw(one.der);
              })
        .bytes();
}

}  // namespace rakit::cm
