#include "cli/qc_option.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace rakit::cli {
namespace {

using nlohmann::json;

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0;;) {
        const auto end = text.find(at, begin);
        parts.push_back(text.substr(begin, end - begin));
        if (end == std::string::npos) return parts;
        begin = end + 1;
    }
}

/// number stays text if it is none, so that the statement's own check names the member.
json number(const std::string& text) {
    std::int64_t value = 0;
    const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && rest == text.data() + text.size() ? json(value) : json(text);
}

Result<json> locations(const std::string& value) {
    json list = json::array();
    for (const auto& one : split(value, ' ')) {
        if (one.empty()) continue;
        const auto comma = one.find(',');
        if (comma == std::string::npos)
            return fail(ErrorCode::usage, "'" + one + "' is no LANGUAGE,URL", "--qc QcPDS", "write en,https://...");
        list.push_back({{"language", one.substr(0, comma)}, {"url", one.substr(comma + 1)}});
    }
    return list;
}

Result<json> members(const std::string& type, const std::string& value) {
    json statement{{"type", type}};
    if (type == "QcLimitValue") {
        const auto parts = split(value, ',');
        if (parts.size() != 3)
            return fail(ErrorCode::usage, "'" + value + "' is no CURRENCY,AMOUNT,EXPONENT", "--qc QcLimitValue",
                        "write EUR,500,3 for 500000 euros");
        statement["currency"] = parts[0];
        statement["amount"] = number(parts[1]);
        statement["exponent"] = number(parts[2]);
    } else if (type == "QcRetentionPeriod") {
        statement["years"] = number(value);
    } else if (type == "QcType") {
        statement["types"] = split(value, ',');
    } else if (type == "QcCClegislation") {
        statement["countries"] = split(value, ',');
    } else if (type == "QcPDS") {
        auto list = locations(value);
        if (!list) return list;
        statement["locations"] = std::move(*list);
    } else if (!value.empty()) {
        return fail(ErrorCode::usage, type + " takes no value", "--qc " + type);
    }
    return statement;
}

}  // namespace

const char* const kQcSyntax =
    "QcCompliance, QcSSCD, QcLimitValue=EUR,500,3 (500 * 10^3), QcRetentionPeriod=YEARS, QcType=esign,eseal,web, "
    "QcCClegislation=SE,NO, \"QcPDS=en,https://a sv,https://b\"";

Result<reference::QcStatement> parse_qc(const std::string& text) {
    const auto equals = text.find('=');
    const std::string type = text.substr(0, equals);
    const auto& known = reference::qc_type_names();
    if (std::find(known.begin(), known.end(), type) == known.end())
        return fail(ErrorCode::usage, "no QC statement is called '" + type + "'", "--qc", kQcSyntax);
    auto statement = members(type, equals == std::string::npos ? "" : text.substr(equals + 1));
    if (!statement) return Unexpected{std::move(statement).error()};
    return reference::read_qc_statement(*statement, "--qc " + type);
}

}  // namespace rakit::cli
