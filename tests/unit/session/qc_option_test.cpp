#include <gtest/gtest.h>

#include "cli/qc_option.hpp"

// covers: qc-types, qc-rules
namespace rakit::cli {
namespace {

using namespace reference;

TEST(QcOption, ReadsEveryType) {
    struct Row {
        const char* text;
        QcStatement statement;
    };
    for (const auto& row : std::vector<Row>{
             {"QcCompliance", QcCompliance{}},
             {"QcSSCD", QcSscd{}},
             {"QcLimitValue=EUR,500,3", QcLimitValue{"EUR", 500, 3}},
             {"QcLimitValue=978,5,0", QcLimitValue{"978", 5, 0}},
             {"QcRetentionPeriod=10", QcRetentionPeriod{10}},
             {"QcType=esign,eseal", QcType{{"esign", "eseal"}}},
             {"QcCClegislation=UK,FR", QcCClegislation{{"UK", "FR"}}},
             {"QcPDS=en,https://a/b,c sv,https://d", QcPds{{{"https://a/b,c", "en"}, {"https://d", "sv"}}}}}) {
        const auto read = parse_qc(row.text);
        ASSERT_TRUE(read) << row.text << ": " << to_string(read.error());
        EXPECT_EQ(*read, row.statement) << row.text;
    }
}

TEST(QcOption, NamesWhatDoesNotFit) {
    struct Row {
        const char* text;
        ErrorCode code;
        const char* where;
    };
    for (const auto& row :
         std::vector<Row>{{"QcOther", ErrorCode::usage, "--qc"},
                          {"", ErrorCode::usage, "--qc"},
                          {"QcSSCD=1", ErrorCode::usage, "--qc QcSSCD"},
                          {"QcLimitValue=EUR,500", ErrorCode::usage, "--qc QcLimitValue"},
                          {"QcPDS=https://a", ErrorCode::usage, "--qc QcPDS"},
                          {"QcLimitValue=EURO,500,3", ErrorCode::qc_invalid, "--qc QcLimitValue/currency"},
                          {"QcLimitValue=EUR,many,3", ErrorCode::qc_invalid, "--qc QcLimitValue/amount"},
                          {"QcRetentionPeriod=", ErrorCode::qc_invalid, "--qc QcRetentionPeriod/years"},
                          {"QcType=other", ErrorCode::qc_invalid, "--qc QcType/types"},
                          {"QcCClegislation=se", ErrorCode::qc_invalid, "--qc QcCClegislation/countries"},
                          {"QcPDS=sv,https://a", ErrorCode::qc_invalid, "--qc QcPDS/locations"}}) {
        const auto read = parse_qc(row.text);
        ASSERT_FALSE(read) << row.text;
        EXPECT_EQ(read.error().code, row.code) << row.text << ": " << to_string(read.error());
        EXPECT_NE(read.error().where.find(row.where), std::string::npos) << read.error().where;
    }
}

}  // namespace
}  // namespace rakit::cli
