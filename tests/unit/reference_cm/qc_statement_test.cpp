#include "reference/cm/qc_statement.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rakit::reference {
namespace {

constexpr const char* kAll[] = {
    R"({"type": "QcCompliance"})",
    R"({"type": "QcLimitValue", "currency": "EUR", "amount": 500, "exponent": 3})",
    R"({"type": "QcRetentionPeriod", "years": 10})",
    R"({"type": "QcSSCD"})",
    R"({"type": "QcPDS", "locations": [{"url": "https://pds.example/en", "language": "en"},
        {"url": "https://pds.example/sv", "language": "sv"}]})",
    R"({"type": "QcType", "types": ["esign"]})",
    R"({"type": "QcCClegislation", "countries": ["UK", "FR"]})",
};

TEST(QcStatement, EveryTypeComesThroughJson) {
    for (std::size_t i = 0; i < std::size(kAll); ++i) {
        const auto statement = parse_qc_statement(kAll[i]);
        ASSERT_TRUE(statement) << kAll[i] << to_string(statement.error());
        EXPECT_EQ(name(*statement), qc_type_names().at(i));
        EXPECT_EQ(to_json(*statement), nlohmann::json::parse(kAll[i]));
    }
}

// The octets of QcCClegislation's list are EN 319 412-5's worked example; the others were written out by hand.
TEST(QcStatement, Octets) {
    const std::pair<const char*, const char*> rows[] = {
        {kAll[0], "3008 0606 04008E460101"},
        {kAll[1], "3016 0606 04008E460102 300C 1303455552 020201F4 020103"},
        {R"({"type": "QcLimitValue", "currency": "978", "amount": 128, "exponent": 0})",
         "3015 0606 04008E460102 300B 020203D2 02020080 020100"},
        {kAll[2], "300B 0606 04008E460103 02010A"},
        {kAll[3], "3008 0606 04008E460104"},
        {R"({"type": "QcPDS", "locations": [{"url": "https://a", "language": "en"}]})",
         "301B 0606 04008E460105 3011 300F 160968747470733A2F2F61 1302656E"},
        {R"({"type": "QcType", "types": ["esign", "web"]})",
         "301C 0606 04008E460106 3012 0607 04008E46010601 0607 04008E46010603"},
        {kAll[6], "3012 0606 04008E460107 3008 1302554B 13024652"},
    };
    for (const auto& [json, octets] : rows)
        EXPECT_EQ(to_hex(encode_qc_statement(*parse_qc_statement(json))), to_hex(*from_hex(octets))) << json;
    EXPECT_EQ(to_hex(encode_qc_extension({QcCompliance{}})),
              to_hex(*from_hex("3018 0608 2B06010505070103 040C 300A 3008 0606 04008E460101")));
    EXPECT_TRUE(encode_qc_extension({}).empty());
}

TEST(QcStatement, WhatTheStandardForbidsIsRefusedAtItsPlace) {
    const std::pair<const char*, const char*> rows[] = {
        {R"([])", ""},
        {R"({})", ""},
        {R"({"type": 1})", "/type"},
        {R"({"type": "QcMoon"})", "/type"},
        {R"({"type": "QcSSCD", "years": 1})", "/years"},
        {R"({"type": "QcLimitValue", "currency": "eur", "amount": 1, "exponent": 0})", "/currency"},
        {R"({"type": "QcLimitValue", "currency": "000", "amount": 1, "exponent": 0})", "/currency"},
        {R"({"type": "QcLimitValue", "currency": "1000", "amount": 1, "exponent": 0})", "/currency"},
        {R"({"type": "QcLimitValue", "currency": "EUR", "amount": -1, "exponent": 0})", "/amount"},
        {R"({"type": "QcLimitValue", "currency": "EUR", "amount": 1.5, "exponent": 0})", "/amount"},
        {R"({"type": "QcLimitValue", "currency": "EUR", "amount": 18446744073709551615, "exponent": 0})", "/amount"},
        {R"({"type": "QcLimitValue", "currency": "EUR", "amount": 1})", ""},
        {R"({"type": "QcRetentionPeriod", "years": -1})", "/years"},
        {R"({"type": "QcRetentionPeriod", "years": "10"})", "/years"},
        {R"({"type": "QcPDS", "locations": []})", "/locations"},
        {R"({"type": "QcPDS", "locations": [{"url": "http://a", "language": "en"}]})", "/locations/0/url"},
        {R"({"type": "QcPDS", "locations": [{"url": "https://", "language": "en"}]})", "/locations/0/url"},
        {R"({"type": "QcPDS", "locations": [{"url": "https://a b", "language": "en"}]})", "/locations/0/url"},
        {R"({"type": "QcPDS", "locations": [{"url": "https://a", "language": "EN"}]})", "/locations/0/language"},
        {R"({"type": "QcPDS", "locations": [{"url": "https://a", "language": "sv"}]})", "/locations"},
        {R"({"type": "QcPDS", "locations": [{"url": "https://a", "language": "en"}, 7]})", "/locations/1"},
        {R"({"type": "QcType", "types": []})", "/types"},
        {R"({"type": "QcType", "types": ["esign", "esign"]})", "/types/1"},
        {R"({"type": "QcType", "types": ["sign"]})", "/types/0"},
        {R"({"type": "QcCClegislation", "countries": ["se"]})", "/countries/0"},
        {R"({"type": "QcCClegislation", "countries": ["SE", 7]})", "/countries/1"},
    };
    for (const auto& [json, pointer] : rows) {
        const auto statement = parse_qc_statement(json);
        ASSERT_FALSE(statement) << json;
        EXPECT_EQ(statement.error().code, ErrorCode::qc_invalid) << json;
        const std::string where = *pointer == '\0' ? "" : "JSON Pointer \"" + std::string(pointer) + "\"";
        EXPECT_EQ(statement.error().where, where) << json;
    }
    EXPECT_EQ(parse_qc_statement("{").error().code, ErrorCode::qc_invalid);
}

TEST(QcPolicy, JudgesWhatTheOfficerAdds) {
    const QcStatement pds = QcPds{{{"https://a", "en"}}};
    const QcPolicy policy{{QcCompliance{}, QcCClegislation{{"SE"}}}, {"QcPDS", "QcType"}, {"QcPDS", "QcCompliance"}};
    const auto code = [&](const std::vector<QcStatement>& added) -> std::optional<ErrorCode> {
        const auto judged = check_qc_statements(added, policy);
        if (judged) return std::nullopt;
        return judged.error().code;
    };
    EXPECT_EQ(code({pds}), std::nullopt);
    EXPECT_EQ(code({pds, QcType{{"esign"}}, QcCompliance{}}), std::nullopt);  // the fixed one, the same
    EXPECT_EQ(code({}), ErrorCode::qc_missing);
    EXPECT_EQ(code({pds, QcSscd{}}), ErrorCode::qc_not_allowed);
    EXPECT_EQ(code({pds, QcCClegislation{{"FR"}}}), ErrorCode::qc_not_allowed);
    EXPECT_EQ(code({pds, pds}), ErrorCode::qc_invalid);
    EXPECT_EQ(code({QcPds{}}), ErrorCode::qc_invalid);
    EXPECT_EQ(check_qc_statements({pds, QcSscd{}}, policy).error().where, "JSON Pointer \"/1\"");
}

TEST(QcStatement, IsSaidInOneLine) {
    EXPECT_EQ(summary(*parse_qc_statement(kAll[0])), "QcCompliance");
    EXPECT_EQ(summary(*parse_qc_statement(kAll[1])), "QcLimitValue 500*10^3 EUR");
    EXPECT_EQ(summary(*parse_qc_statement(kAll[4])), "QcPDS https://pds.example/en (en), https://pds.example/sv (sv)");
}

}  // namespace
}  // namespace rakit::reference
