#include <algorithm>
#include <nlohmann/json.hpp>

#include "reference/cm/qc_statement.hpp"

namespace rakit::reference {
namespace {

using nlohmann::json;

/// Members reads an object's members, each once, and says where a wrong one stands.
class Members {
public:
    Members(const json& value, std::string where) : x_value(value), x_where(std::move(where)) {}

    Unexpected wrong(std::string detail, const std::string& member = {}) const {
        const std::string at = x_where + (member.empty() ? "" : "/" + member);
        return fail(ErrorCode::qc_invalid, std::move(detail), at.empty() ? at : "JSON Pointer \"" + at + "\"");
    }
    template <class T>
    Result<T> read(const std::string& member, bool (json::*is)() const noexcept, const char* kind) const {
        const auto found = x_value.find(member);
        if (found == x_value.end()) return wrong("'" + member + "' is missing");
        if (!((*found).*is)()) return wrong("not " + std::string(kind), member);
        return found->template get<T>();
    }
    Result<std::string> text(const std::string& member) const {
        return read<std::string>(member, &json::is_string, "a text");
    }
    Result<std::int64_t> integer(const std::string& member) const {
        const auto found = x_value.find(member);
        // A number above what an int64 holds would come out as another one.
        if (found != x_value.end() && found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX)
            return wrong("the number is too large", member);
        return read<std::int64_t>(member, &json::is_number_integer, "an integer");
    }
    Result<json> list(const std::string& member) const { return read<json>(member, &json::is_array, "a list"); }
    Result<std::vector<std::string>> texts(const std::string& member) const {
        const auto entries = list(member);
        if (!entries) return fail(entries.error());
        std::vector<std::string> out;
        for (const auto& entry : *entries) {
            if (!entry.is_string()) return wrong("not a text", member + "/" + std::to_string(out.size()));
            out.push_back(entry.get<std::string>());
        }
        return out;
    }
    /// only refuses members besides these.
    Result<void> only(std::initializer_list<const char*> names) const {
        for (const auto& [key, value] : x_value.items())
            if (std::find(names.begin(), names.end(), key) == names.end()) return wrong("an unknown member", key);
        return {};
    }

private:
    const json& x_value;
    std::string x_where;
};

Result<QcStatement> read_limit(const Members& from) {
    if (auto known = from.only({"type", "currency", "amount", "exponent"}); !known) return fail(known.error());
    auto currency = from.text("currency");
    if (!currency) return fail(currency.error());
    const auto amount = from.integer("amount");
    if (!amount) return fail(amount.error());
    const auto exponent = from.integer("exponent");
    if (!exponent) return fail(exponent.error());
    return QcLimitValue{*std::move(currency), *amount, *exponent};
}

Result<QcStatement> read_retention(const Members& from) {
    if (auto known = from.only({"type", "years"}); !known) return fail(known.error());
    const auto years = from.integer("years");
    if (!years) return fail(years.error());
    return QcRetentionPeriod{*years};
}

Result<QcStatement> read_pds(const Members& from, const std::string& where) {
    if (auto known = from.only({"type", "locations"}); !known) return fail(known.error());
    const auto entries = from.list("locations");
    if (!entries) return fail(entries.error());
    QcPds pds;
    for (const auto& entry : *entries) {
        const Members location(entry, where + "/locations/" + std::to_string(pds.locations.size()));
        if (!entry.is_object()) return location.wrong("not an object");
        if (auto known = location.only({"url", "language"}); !known) return fail(known.error());
        auto url = location.text("url");
        if (!url) return fail(url.error());
        auto language = location.text("language");
        if (!language) return fail(language.error());
        pds.locations.push_back({*std::move(url), *std::move(language)});
    }
    return pds;
}

Result<QcStatement> read_texts(const Members& from, const char* member, QcStatement (*make)(std::vector<std::string>)) {
    if (auto known = from.only({"type", member}); !known) return fail(known.error());
    auto texts = from.texts(member);
    if (!texts) return fail(texts.error());
    return make(*std::move(texts));
}

Result<QcStatement> read_by_type(const std::string& type, const Members& from, const std::string& where) {
    if (type == "QcLimitValue") return read_limit(from);
    if (type == "QcRetentionPeriod") return read_retention(from);
    if (type == "QcPDS") return read_pds(from, where);
    if (type == "QcType")
        return read_texts(from, "types", [](auto texts) -> QcStatement { return QcType{std::move(texts)}; });
    if (type == "QcCClegislation")
        return read_texts(from, "countries",
                          [](auto texts) -> QcStatement { return QcCClegislation{std::move(texts)}; });
    if (auto known = from.only({"type"}); !known) return fail(known.error());
    if (type == "QcCompliance") return QcStatement{QcCompliance{}};
    if (type == "QcSSCD") return QcStatement{QcSscd{}};
    return from.wrong("no QC statement is named '" + type + "'", "type");
}

json members(const QcCompliance&) { return json::object(); }
json members(const QcSscd&) { return json::object(); }
json members(const QcLimitValue& limit) {
    return {{"currency", limit.currency}, {"amount", limit.amount}, {"exponent", limit.exponent}};
}
json members(const QcRetentionPeriod& period) { return {{"years", period.years}}; }
json members(const QcPds& pds) {
    json locations = json::array();
    for (const auto& [url, language] : pds.locations) locations.push_back({{"url", url}, {"language", language}});
    return {{"locations", std::move(locations)}};
}
json members(const QcType& type) { return {{"types", type.types}}; }
json members(const QcCClegislation& law) { return {{"countries", law.countries}}; }

}  // namespace

Result<QcStatement> read_qc_statement(const json& value, const std::string& where) {
    const Members from(value, where);
    if (!value.is_object()) return from.wrong("a QC statement is an object");
    const auto type = from.text("type");
    if (!type) return fail(type.error());
    auto statement = read_by_type(*type, from, where);
    if (!statement) return statement;
    if (auto good = check_qc_statement(*statement, where); !good) return fail(good.error());
    return statement;
}

Result<QcStatement> parse_qc_statement(std::string_view text) {
    const auto value = json::parse(text.begin(), text.end(), nullptr, false);
    if (value.is_discarded()) return fail(ErrorCode::qc_invalid, "a QC statement is a JSON object; this is no JSON");
    return read_qc_statement(value);
}

json to_json(const QcStatement& statement) {
    json out = std::visit([](const auto& one) { return members(one); }, statement);
    out["type"] = name(statement);
    return out;
}

}  // namespace rakit::reference
