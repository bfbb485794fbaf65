#include "reference/cm/qc_statement.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "common/iso7816/tlv.hpp"
#include "reference/cm/der.hpp"

namespace rakit::reference {
namespace {

using iso7816::TlvWriter;

/// The last arc below id-etsi-qcs 0.4.0.1862.1, in the order of QcStatement.
constexpr std::array<std::uint8_t, 7> kArcs{1, 2, 3, 4, 5, 6, 7};
const Bytes kIdEtsiQcs{0x04, 0x00, 0x8E, 0x46, 0x01};
const Bytes kQcStatementsOid{0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x03};
constexpr std::array<std::string_view, 3> kQcTypes{"esign", "eseal", "web"};

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

bool all_between(std::string_view text, char first, char last) {
    return std::all_of(text.begin(), text.end(), [&](char c) { return c >= first && c <= last; });
}

bool letters(std::string_view text, std::size_t size, char first, char last) {
    return text.size() == size && all_between(text, first, last);
}

bool is_number(std::string_view text) { return !text.empty() && text.size() <= 3 && all_between(text, '0', '9'); }

Unexpected invalid(std::string detail, const std::string& where) {
    return fail(ErrorCode::qc_invalid, std::move(detail), where.empty() ? where : "JSON Pointer \"" + where + "\"");
}

Result<void> check(const QcLimitValue& limit, const std::string& where) {
    const std::string& currency = limit.currency;
    const bool numeric = is_number(currency) && std::stoi(currency) > 0;
    if (!numeric && !letters(currency, 3, 'A', 'Z'))
        return invalid("the currency '" + currency + "' is neither three upper-case letters nor a number from 1 to 999",
                       where + "/currency");
    if (limit.amount < 0) return invalid("the amount is below zero", where + "/amount");
    if (limit.exponent < 0) return invalid("the exponent is below zero", where + "/exponent");
    return {};
}

Result<void> check(const QcRetentionPeriod& period, const std::string& where) {
    if (period.years < 0) return invalid("the retention period is below zero", where + "/years");
    return {};
}

Result<void> check(const QcPds& pds, const std::string& where) {
    if (pds.locations.empty()) return invalid("no location", where + "/locations");
    std::set<std::string> languages;
    for (std::size_t i = 0; i < pds.locations.size(); ++i) {
        const auto& [url, language] = pds.locations[i];
        const std::string at = where + "/locations/" + std::to_string(i);
        constexpr std::string_view kHttps = "https://";
        if (!url.starts_with(kHttps) || url.size() == kHttps.size() || !all_between(url, '!', '~'))
            return invalid("'" + url + "' is no https URL", at + "/url");
        if (!letters(language, 2, 'a', 'z'))
            return invalid("the language '" + language + "' is not two lower-case letters", at + "/language");
        if (!languages.insert(language).second)
            return invalid("the language '" + language + "' stands twice", at + "/language");
    }
    if (languages.count("en") == 0) return invalid("no location in English (en)", where + "/locations");
    return {};
}

Result<void> check(const QcType& type, const std::string& where) {
    if (type.types.empty()) return invalid("no type", where + "/types");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < type.types.size(); ++i) {
        const std::string at = where + "/types/" + std::to_string(i);
        if (std::find(kQcTypes.begin(), kQcTypes.end(), type.types[i]) == kQcTypes.end())
            return invalid("the type '" + type.types[i] + "' is none of esign, eseal, web", at);
        if (!seen.insert(type.types[i]).second) return invalid("the type '" + type.types[i] + "' stands twice", at);
    }
    return {};
}

Result<void> check(const QcCClegislation& law, const std::string& where) {
    if (law.countries.empty()) return invalid("no country", where + "/countries");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < law.countries.size(); ++i) {
        const std::string at = where + "/countries/" + std::to_string(i);
        if (!letters(law.countries[i], 2, 'A', 'Z'))
            return invalid("the country '" + law.countries[i] + "' is not two upper-case letters", at);
        if (!seen.insert(law.countries[i]).second)
            return invalid("the country '" + law.countries[i] + "' stands twice", at);
    }
    return {};
}

void write_info(TlvWriter& to, const QcLimitValue& limit) {
    to.nest(der::kSequence, [&](TlvWriter& money) {
        if (is_number(limit.currency))
            money.raw(der::encode_integer(std::stoi(limit.currency)));
        else
            money.put(der::kPrintableString, as_bytes(limit.currency));
        money.raw(der::encode_integer(limit.amount)).raw(der::encode_integer(limit.exponent));
    });
}

void write_info(TlvWriter& to, const QcRetentionPeriod& period) { to.raw(der::encode_integer(period.years)); }

void write_info(TlvWriter& to, const QcPds& pds) {
    to.nest(der::kSequence, [&](TlvWriter& list) {
        for (const auto& one : pds.locations)
            list.nest(der::kSequence, [&](TlvWriter& location) {
                const auto& [url, language] = one;
                location.put(der::kIa5String, as_bytes(url)).put(der::kPrintableString, as_bytes(language));
            });
    });
}

void write_info(TlvWriter& to, const QcType& type) {
    to.nest(der::kSequence, [&](TlvWriter& list) {
        for (const auto& one : type.types) {
            Bytes oid = kIdEtsiQcs;
            oid.push_back(6);  // id-etsi-qct
            oid.push_back(
                static_cast<std::uint8_t>(std::find(kQcTypes.begin(), kQcTypes.end(), one) - kQcTypes.begin() + 1));
            list.put(der::kOid, oid);
        }
    });
}

void write_info(TlvWriter& to, const QcCClegislation& law) {
    to.nest(der::kSequence, [&](TlvWriter& list) {
        for (const auto& country : law.countries) list.put(der::kPrintableString, as_bytes(country));
    });
}

bool holds(const std::vector<std::string>& names, const std::string& wanted) {
    return std::find(names.begin(), names.end(), wanted) != names.end();
}

const QcStatement* of_type(const std::vector<QcStatement>& list, const std::string& type) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& entry) { return name(entry) == type; });
    return found == list.end() ? nullptr : &*found;
}

std::string join(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

}  // namespace

const std::vector<std::string>& qc_type_names() {
    static const std::vector<std::string> kNames{"QcCompliance", "QcLimitValue", "QcRetentionPeriod", "QcSSCD",
                                                 "QcPDS",        "QcType",       "QcCClegislation"};
    return kNames;
}

const std::string& name(const QcStatement& statement) { return qc_type_names().at(statement.index()); }

std::string summary(const QcStatement& statement) {
    const std::string content = std::visit(
        Overloaded{
            [](const QcLimitValue& limit) {
                return std::to_string(limit.amount) + "*10^" + std::to_string(limit.exponent) + " " + limit.currency;
            },
            [](const QcRetentionPeriod& period) { return std::to_string(period.years) + " years"; },
            [](const QcPds& pds) {
                std::vector<std::string> locations;
                for (const auto& [url, language] : pds.locations) locations.push_back(url + " (" + language + ")");
                return join(locations);
            },
            [](const QcType& type) { return join(type.types); },
            [](const QcCClegislation& law) { return join(law.countries); }, [](const auto&) { return std::string(); }},
        statement);
    return content.empty() ? name(statement) : name(statement) + " " + content;
}

Result<void> check_qc_statement(const QcStatement& statement, const std::string& where) {
    return std::visit(
        Overloaded{[](const QcCompliance&) { return Result<void>(); }, [](const QcSscd&) { return Result<void>(); },
                   [&](const auto& one) { return check(one, where); }},
        statement);
}

Result<void> check_qc_statements(const std::vector<QcStatement>& added, const QcPolicy& policy) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < added.size(); ++i) {
        const std::string where = "/" + std::to_string(i);
        const std::string& type = name(added[i]);
        if (auto good = check_qc_statement(added[i], where); !good) return good;
        if (!seen.insert(type).second) return invalid(type + " stands twice", where);
        const auto refuse = [&](std::string detail) {
            return fail(ErrorCode::qc_not_allowed, std::move(detail), "JSON Pointer \"" + where + "\"");
        };
        if (const auto* fixed = of_type(policy.fixed, type); fixed != nullptr) {
            if (*fixed != added[i]) return refuse("the procedure fixes " + type + "; it can't be overridden");
        } else if (!holds(policy.allowed, type)) {
            return refuse("the procedure does not allow " + type);
        }
    }
    for (const auto& type : policy.required)
        if (seen.count(type) == 0 && of_type(policy.fixed, type) == nullptr)
            return fail(ErrorCode::qc_missing, "the procedure requires " + type);
    return {};
}

Bytes encode_qc_statement(const QcStatement& statement) {
    Bytes oid = kIdEtsiQcs;
    oid.push_back(kArcs.at(statement.index()));
    TlvWriter out;
    out.nest(der::kSequence, [&](TlvWriter& sequence) {
        sequence.put(der::kOid, oid);
        std::visit(Overloaded{[](const QcCompliance&) {}, [](const QcSscd&) {},
                              [&](const auto& one) { write_info(sequence, one); }},
                   statement);
    });
    return std::move(out).bytes();
}

Bytes encode_qc_extension(const std::vector<QcStatement>& statements) {
    if (statements.empty()) return {};
    TlvWriter list;
    list.nest(der::kSequence, [&](TlvWriter& sequence) {
        for (const auto& statement : statements) sequence.raw(encode_qc_statement(statement));
    });
    TlvWriter extension;
    extension.nest(der::kSequence, [&](TlvWriter& sequence) {
        sequence.put(der::kOid, kQcStatementsOid).put(der::kOctetString, list.bytes());
    });
    return std::move(extension).bytes();
}

}  // namespace rakit::reference
