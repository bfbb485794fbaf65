#include "mock_cm/rest/search_query.hpp"

#include <gtest/gtest.h>

namespace rakit::cm {
namespace {

using Query = std::map<std::string, std::string>;

TEST(SearchQuery, WithoutParametersIsAPageOfFiveHundred) {
    const auto wanted = read_search({});
    ASSERT_TRUE(wanted);
    EXPECT_EQ(wanted->limit, 500U);
    EXPECT_EQ(wanted->offset, 0U);
    EXPECT_EQ(wanted->order, CertificateOrder::id);
    EXPECT_FALSE(wanted->descending);
    EXPECT_FALSE(wanted->revoked);
}

TEST(SearchQuery, EachParameterHasItsPlace) {
    const auto wanted = read_search({{"cardSerialNumber", "0a1B"},
                                     {"certificateSerialNumber", "4f*"},
                                     {"subjectKeyIdentifier", "AB"},
                                     {"subjectCommonName", "Anna*"},
                                     {"issuerCommonName", "CA"},
                                     {"validFrom", "2026-01-31"},
                                     {"validTo", "2027-01-31T23:59:59Z"},
                                     {"isNotRevoked", "true"},
                                     {"searchLimit", "1"},
                                     {"searchOffset", "7"},
                                     {"orderBy", "validto"},
                                     {"orderDescending", "true"}});
    ASSERT_TRUE(wanted) << wanted.error().detail;
    EXPECT_EQ(wanted->card_serial, "0A1B");
    EXPECT_EQ(wanted->serial, "4F*");
    EXPECT_EQ(wanted->subject_key_id, "AB");
    EXPECT_EQ(wanted->common_name, "Anna*");
    EXPECT_EQ(wanted->issuer_common_name, "CA");
    EXPECT_EQ(to_iso8601(*wanted->valid_from), "2026-01-31T00:00:00Z");
    EXPECT_EQ(to_iso8601(*wanted->valid_to), "2027-01-31T23:59:59Z");
    EXPECT_EQ(wanted->revoked, std::optional(false));
    EXPECT_EQ(wanted->limit, 1U);
    EXPECT_EQ(wanted->offset, 7U);
    EXPECT_EQ(wanted->order, CertificateOrder::not_after);
    EXPECT_TRUE(wanted->descending);
    EXPECT_EQ(read_search({{"isNotRevoked", "false"}})->revoked, std::optional(true));
    EXPECT_EQ(read_search({{"searchLimit", "500"}})->limit, 500U);
}

TEST(SearchQuery, OrdersByWord) {
    for (const auto& [word, order] :
         {std::pair{"certid", CertificateOrder::id}, std::pair{"certificateserialnumber", CertificateOrder::serial},
          std::pair{"subject", CertificateOrder::common_name}, std::pair{"validfrom", CertificateOrder::not_before}})
        EXPECT_EQ(read_search({{"orderBy", word}})->order, order) << word;
}

TEST(SearchQuery, WhatItDoesNotUnderstandIsRefused) {
    for (const auto& [name, value] : {std::pair<const char*, std::string>{"searchLimit", "0"},
                                      {"searchLimit", "501"},
                                      {"searchLimit", "-1"},
                                      {"searchLimit", ""},
                                      {"searchLimit", "1.5"},
                                      {"searchLimit", "9999999999999999"},
                                      {"searchOffset", "1000000001"},
                                      {"searchOffset", "x"},
                                      {"cardSerialNumber", ""},
                                      {"cardSerialNumber", "*1"},
                                      {"cardSerialNumber", "1*1"},
                                      {"cardSerialNumber", "1**"},
                                      {"cardSerialNumber", "0G"},
                                      {"certificateSerialNumber", "' OR 1"},
                                      {"certificateSerialNumber", std::string(257, 'A')},
                                      {"subjectKeyIdentifier", " "},
                                      {"subjectCommonName", ""},
                                      {"subjectCommonName", std::string(257, 'x')},
                                      {"issuerCommonName", ""},
                                      {"validFrom", "2026-02-30"},
                                      {"validFrom", "2026-01-31T23:59:60Z"},
                                      {"validTo", "tomorrow"},
                                      {"isNotRevoked", "1"},
                                      {"orderDescending", "TRUE"},
                                      {"orderBy", "der"},
                                      {"cardserialnumber", "0A"},
                                      {"unknown", "1"}}) {
        const auto wanted = read_search({{name, value}});
        ASSERT_FALSE(wanted) << name << "=" << value;
        EXPECT_EQ(wanted.error().code, ErrorCode::request_malformed);
        EXPECT_NE(wanted.error().detail.find(name), std::string::npos) << "the parameter is named";
    }
}

}  // namespace
}  // namespace rakit::cm
