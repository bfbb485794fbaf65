#include "mock_cm/core/qc_syntax.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/iso7816/tlv.hpp"
#include "mock_cm/core/der_number.hpp"

namespace rakit::cm {
namespace {

using iso7816::TlvReader;
using nlohmann::ordered_json;

bool all_in(std::string_view text, char first, char last) {
    return std::all_of(text.begin(), text.end(), [&](char c) { return c >= first && c <= last; });
}

std::optional<std::string> text(TlvReader& reader, std::uint32_t tag) {
    const auto value = reader.read_optional(tag);
    if (!value) return std::nullopt;
    return std::string(as_text(value->value));
}

std::optional<std::int64_t> number(TlvReader& reader) {
    const auto value = reader.read_optional(kInteger);
    return value ? read_der_integer(value->value) : std::nullopt;
}

/// The readers below give the QC's members, or what is wrong (sections 4.3.2 to 4.3.4, 4.2.3, 4.2.4).
std::string limit_value(TlvReader reader, ordered_json& qc) {
    if (const auto letters = text(reader, kPrintable)) {
        if (letters->size() != 3 || !all_in(*letters, 'A', 'Z')) return "the currency is not three capital letters";
        qc["currency"] = *letters;
    } else if (const auto code = number(reader); code && *code >= 1 && *code <= 999) {
        qc["currency"] = std::to_string(*code);
    } else {
        return "the currency is no code of ISO 4217";
    }
    const auto amount = number(reader), exponent = number(reader);
    if (!amount || !exponent || !reader.at_end()) return "amount and exponent are not two numbers";
    if (*amount < 0) return "the amount is negative";
    qc["amount"] = *amount;
    qc["exponent"] = *exponent;
    return {};
}

std::string pds(TlvReader reader, ordered_json& qc) {
    bool english = false;
    qc["locations"] = ordered_json::array();
    while (!reader.at_end()) {
        const auto location = reader.read_optional(kSequence);
        if (!location) return "a location is no SEQUENCE";
        TlvReader inside(location->value);
        const auto url = text(inside, kIa5), language = text(inside, kPrintable);
        if (!url || !language || !inside.at_end()) return "a location is not a URL and a language";
        if (url->rfind("https://", 0) != 0 || url->size() == 8) return "a URL is not https";
        if (!all_in(*url, '!', '~')) return "a URL holds a character that none may hold";
        if (language->size() != 2 || !all_in(*language, 'a', 'z')) return "a language is not two small letters";
        english = english || *language == "en";
        qc["locations"].push_back({{"url", *url}, {"language", *language}});
    }
    return english ? "" : "there is no location in English";
}

std::string types(TlvReader reader, ordered_json& qc) {
    qc["types"] = ordered_json::array();
    while (!reader.at_end()) {
        const auto oid = reader.read_optional(kOid);
        const unsigned arc = oid && !oid->value.empty() ? oid->value.back() : 0;
        if (arc < 1 || arc > kQcTypeWords.size() ||
            !equal_bytes(oid->value, qc_type_oid(static_cast<std::uint8_t>(arc))))
            return "a type is none of esign, eseal, web";
        qc["types"].push_back(kQcTypeWords[arc - 1]);
    }
    return qc["types"].empty() ? "there is no type" : "";
}

std::string countries(TlvReader reader, ordered_json& qc) {
    qc["countries"] = ordered_json::array();
    while (!reader.at_end()) {
        const auto country = text(reader, kPrintable);
        if (!country || country->size() != 2 || !all_in(*country, 'A', 'Z'))
            return "a country is not two capital letters";
        qc["countries"].push_back(*country);
    }
    return qc["countries"].empty() ? "there is no country" : "";
}

std::string examine(QcType type, ByteView info, ordered_json& qc) {
    if (type == QcType::compliance || type == QcType::sscd) return info.empty() ? "" : "it holds nothing by itself";
    TlvReader reader(info);
    if (type == QcType::retention_period) {
        const auto years = number(reader);
        if (!years || *years < 0 || !reader.at_end()) return "the period is no number of years";
        qc["years"] = *years;
        return {};
    }
    const auto list = reader.read_optional(kSequence);
    if (!list || !reader.at_end()) return "its info is no SEQUENCE";
    const TlvReader inside(list->value);
    switch (type) {
        case QcType::limit_value: return limit_value(inside, qc);
        case QcType::pds: return pds(inside, qc);
        case QcType::type: return types(inside, qc);
        default: return countries(inside, qc);
    }
}

}  // namespace

std::string qc_flaw(QcType type, ByteView info) {
    ordered_json ignored;
    return examine(type, info, ignored);
}

ordered_json qc_json(const QcStatement& statement) {
    ordered_json qc{{"type", name(statement.type)}};
    TlvReader reader(TlvReader(statement.der).read(kSequence)->value);
    static_cast<void>(reader.read(kOid));
    examine(statement.type, reader.rest(), qc);
    return qc;
}

}  // namespace rakit::cm
