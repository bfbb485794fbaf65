#include "reference/cm/cmc.hpp"

#include "reference/cm/der.hpp"

#include <gtest/gtest.h>

namespace rakit::reference::cmc {
namespace {

// Made by Bouncy Castle 1.72: failed, body part 101, "pop", popFailed.
constexpr const char* kGoldenStatus = "3010 020102 3003020165 0c03706f70 020109";

TEST(Cmc, TheStatusOfAForeignEncoderIsReadAndWrittenAlike) {
    const Bytes golden = *from_hex(kGoldenStatus);
    EXPECT_EQ(encode_status_info({2, {101}, "pop", 9}), golden);
    const auto status = decode_status_info(golden);
    ASSERT_TRUE(status) << to_string(status.error());
    EXPECT_EQ(status->status, 2U);
    EXPECT_EQ(status->body_parts, std::vector<std::uint32_t>{101});
    EXPECT_EQ(status->text, "pop");
    EXPECT_EQ(status->fail_info, 9U);
}

TEST(Cmc, IntegersAreMinimalAndPositive) {
    const std::pair<const char*, const char*> rows[] = {
        {"", "020100"},     {"00", "020100"},     {"0000", "020100"},       {"7F", "02017F"},
        {"80", "02020080"}, {"0080", "02020080"}, {"00FF01", "020300FF01"},
    };
    for (const auto& [magnitude, encoded] : rows)
        EXPECT_EQ(to_hex(der::encode_magnitude(*from_hex(magnitude))), encoded) << magnitude;
    EXPECT_EQ(*decode_integer(*from_hex("020300FF01")), *from_hex("FF01"));
    EXPECT_FALSE(decode_integer(*from_hex("0201FF")));
    EXPECT_FALSE(decode_integer(*from_hex("0200")));
}

TEST(Cmc, PkiDataIsDer) {
    const Bytes data =
        encode_pki_data({{1, ControlNumber::sender_nonce, encode_octets(Bytes{0xAB})}}, {{128, *from_hex("3000")}});
    EXPECT_EQ(to_hex(data),
              "3024"
              "3014"
              "3012"
              "020101"
              "06082B06010505070706"
              "3103"
              "0401AB"
              "3008"
              "A006"
              "02020080"
              "3000"
              "3000"
              "3000");
}

TEST(Cmc, TheOtherControlsAreDer) {
    const Bytes name = *from_hex("3000");
    const Bytes serial = *from_hex("020105");
    EXPECT_EQ(to_hex(encode_revoke_request(name, serial)),
              "3008"
              "3000"
              "020105"
              "0A0104");
    EXPECT_EQ(to_hex(encode_issuer_and_serial(name, serial)),
              "3005"
              "3000"
              "020105");
    EXPECT_EQ(to_hex(encode_mod_cert_template(9, name, {})),
              "3010"
              "3003020109"
              "3003020109"
              "3004"
              "A5023000");
    EXPECT_EQ(to_hex(encode_mod_cert_template(9, name, name)),
              "3014"
              "3003020109"
              "3003020109"
              "3008"
              "A5023000"
              "A9023000");
}

struct Malformed {
    const char* name;
    const char* der;
    const char* where;
};

TEST(Cmc, MalformedResponsesAreRefusedWithTheOffset) {
    const Malformed rows[] = {
        {"empty", "", "offset 0"},
        {"no SEQUENCE", "3100", "offset 0"},
        {"cut", "3006 3000 3000", "offset 0"},
        {"trailing octet", "3006 3000 3000 3000 00", "offset 8"},
        {"no otherMsgSequence", "3004 3000 3000", "offset 6"},
        {"a fourth member", "3008 3000 3000 3000 3000", "offset 8"},
        {"indefinite length", "3080 3000 3000 3000 0000", "offset 0"},
        {"body part 0", "3019 3013 3011 020100 06082B06010505070706 3102 0400 3000 3000", "offset 4"},
        {"unknown control", "3019 3013 3011 020101 06082B06010505070763 3102 0400 3000 3000", "offset 9"},
        {"a request's control", "3019 3013 3011 020101 06082B06010505070712 3102 0400 3000 3000", "offset 9"},
        {"other arc", "3015 300F 300D 020101 0603550403 3103 040100 3000 3000", "offset 9"},
        {"no value", "3017 3011 300F 020101 06082B06010505070706 3100 3000 3000", "offset 21"},
        {"two values", "301B 3015 3013 020101 06082B06010505070706 3104 0400 0400 3000 3000", "offset 23"},
        {"negative body part", "3019 3013 3011 0201FF 06082B06010505070706 3102 0400 3000 3000", "offset 6"},
        {"body part of five octets", "301D 3017 3015 02050100000000 06082B06010505070706 3102 0400 3000 3000",
         "offset 6"},
    };
    for (const auto& row : rows) {
        const auto decoded = decode_pki_response(*from_hex(row.der));
        ASSERT_FALSE(decoded) << row.name;
        EXPECT_EQ(decoded.error().code, ErrorCode::cm_answer_invalid) << row.name;
        EXPECT_EQ(decoded.error().where, row.where) << row.name << ": " << to_string(decoded.error());
    }
    EXPECT_EQ(decode_pki_response(*from_hex("3006 3000 3000 3000"))->size(), 0U);
}

TEST(Cmc, StatusForms) {
    // A body part path stands for its last element.
    const auto path = decode_status_info(*from_hex("3010 020102 300B 020108 3006 020100 020109"));
    ASSERT_TRUE(path) << to_string(path.error());
    EXPECT_EQ(path->body_parts, (std::vector<std::uint32_t>{8, 9}));
    const auto pending =
        decode_status_info(*from_hex("301E 020103 3003020101 3014 040101 180F32303330303130313132303030305A"));
    ASSERT_TRUE(pending) << to_string(pending.error());
    EXPECT_EQ(pending->pend_info->token, Bytes{1});
    EXPECT_EQ(to_iso8601(pending->pend_info->time), "2030-01-01T12:00:00Z");
    for (const char* wrong :
         {"3005 020102 3000", "3008 020102 3003 020165 00", "3003 020102", "300A 020102 3005 3000 020101",
          "300D 020103 3003020101 3003 040101",                                     // no pendTime
          "301E 020103 3003020101 3014 040101 180F32303330313330313132303030305A",  // month 13
          "300C 020102 3003020165 020101 0500"})
        EXPECT_FALSE(decode_status_info(*from_hex(wrong))) << wrong;
}

}  // namespace
}  // namespace rakit::reference::cmc
