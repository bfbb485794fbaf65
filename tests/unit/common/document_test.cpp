#include <gtest/gtest.h>

#include "common/document/document.hpp"
#include "common/document/json_text.hpp"

namespace rakit::document {
namespace {

const auto kSchema = nlohmann::json::parse(R"({
  "type": "object", "additionalProperties": false, "required": ["version"],
  "properties": {
    "version": {"const": 1},
    "pin": {"type": "string", "pattern": "^[0-9]{4,8}$"},
    "keys": {"type": "array", "items": {"type": "object", "additionalProperties": false,
             "properties": {"id": {"type": "string"}, "bits": {"type": "integer"}}}}}})");

std::vector<std::string> findings(std::string_view text) {
    auto document = read_document("f.yaml", text);
    if (document.findings.empty()) check(document, kSchema);
    std::vector<std::string> lines;
    for (const auto& finding : document.findings) lines.push_back(to_string(finding));
    return lines;
}

using Lines = std::vector<std::string>;

TEST(Document, ReadsTheCoreSchema) {
    const auto document = read_document(
        "f", "a: 1\nb: -2.5\nc: true\nd: null\ne: plain text\nf: \"0123\"\ng: 'AB12'\nh: [1, x]\ni: {j: ~}\nk: add\n");
    ASSERT_TRUE(document.findings.empty()) << to_string(document.findings[0]);
    EXPECT_EQ(document.value, nlohmann::json::parse(R"({"a":1,"b":-2.5,"c":true,"d":null,"e":"plain text","f":"0123",
        "g":"AB12","h":[1,"x"],"i":{"j":null},"k":"add"})"));
    EXPECT_EQ(document.at("/h/1").line, 8);
    EXPECT_EQ(document.at("/h/1").column, 8);
}

TEST(Document, GoodOnesHaveNoFindings) {
    EXPECT_EQ(findings("version: 1\npin: \"1234\"\nkeys:\n  - {id: \"45\", bits: 2048}\n"), Lines{});
}

TEST(Document, FindsAllAtOnceWithTheirPlace) {
    EXPECT_EQ(findings("version: 1\npin: 1234\nkeys:\n  - {id: \"45\", size: 3}\n  - {bits: x}\n"),
              (Lines{"f.yaml:2:6: wrong type: this is number; quote it if text is meant (a PIN, octets, a serial "
                     "number) ('pin')",
                     "f.yaml:4:22: unknown key 'size'", "f.yaml:5:12: wrong type: this is string ('keys/1/bits')"}));
}

TEST(Document, RefusesDuplicatesAndUnquotedDigits) {
    EXPECT_EQ(findings("version: 1\nversion: 1\npin: 0123\nkeys:\n  - {id: 3B85}\n"),
              (Lines{"f.yaml:2:1: duplicate key 'version'",
                     "f.yaml:3:6: a number can't begin with 0; quote it if it is a PIN or octets: \"0123\"",
                     "f.yaml:5:10: octets in hex must be quoted: \"3B85\""}));
}

TEST(Document, RefusesWhatYamlWouldGuess) {
    EXPECT_EQ(findings("").size(), 1U);
    EXPECT_EQ(findings("version: 1\n---\nversion: 1\n").size(), 1U);
    EXPECT_EQ(findings("version: &a 1\nkeys: *a\n").size(), 2U);
    EXPECT_EQ(findings("version: [1\n").size(), 1U);
    EXPECT_EQ(findings("\tversion: 1").size(), 1U);
    EXPECT_EQ(findings("{version: 1, {a: b}: 2}").size(), 1U);
    EXPECT_FALSE(findings(std::string(100000, '[')).empty());
}

TEST(Document, ATextThatIsNoUtf8IsAFindingAtItsPlace) {
    const Schema schema(R"({"properties": {"a": {"type": "string", "maxLength": 2}}})");
    for (const auto* text : {"b: 1\na: \xC3", "b: 1\na: \xFC\x80", "b: 1\na: \"\\xD0\xF0\""}) {
        auto document = read_document("x.yaml", text);
        check(document, schema);
        ASSERT_FALSE(document.findings.empty()) << text;
        EXPECT_EQ(document.findings.front().at.line, 2) << to_string(document.findings.front());
    }
    auto good = read_document("x.yaml", "a: \xC3\xA9\xC3\xA9");
    check(good, schema);
    EXPECT_TRUE(good.findings.empty());
}

TEST(JsonText, WhatNestsTooDeepIsRefused) {
    const auto nested = [](std::size_t levels) {
        return R"({"a": )" + std::string(levels, '[') + "1" + std::string(levels, ']') + "}";
    };
    EXPECT_EQ(*parse_json(nested(2)), nlohmann::json::parse(nested(2)));
    EXPECT_TRUE(parse_json(nested(60)));
    for (const std::size_t levels : {65U, 1000U, 1000000U}) {
        const auto deep = parse_json(nested(levels));
        ASSERT_FALSE(deep);
        EXPECT_EQ(deep.error().detail, "JSON that nests deeper than 64");
    }
    for (const auto* text : {"", "{", "[1,]", "nul"}) EXPECT_FALSE(parse_json(text)) << text;
    EXPECT_EQ(parse_json("[1,]").error().where, "offset 4");
    EXPECT_EQ(parse_json("[1e999]").error().detail, "JSON with a number that is too large");
}

TEST(JsonText, AKeyThatComesTwiceIsRefused) {
    EXPECT_EQ(parse_json(R"([{"a": {"b": 1, "b": 1}}])").error().detail, "JSON with the key 'b' twice");
    EXPECT_FALSE(parse_json(R"({"": 1, "": 2})"));
    EXPECT_TRUE(parse_json(R"([{"a": {"a": 1}}, {"a": 1}])"));
}

TEST(JsonText, ASchemaRefusesAtAPlace) {
    const Schema schema(R"({"properties": {"a": {"type": "integer"}}, "additionalProperties": false})");
    EXPECT_EQ(*parse_json(R"({"a": 1})", schema), nlohmann::json({{"a", 1}}));
    const auto wrong = parse_json(R"({"a": "x"})", schema);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::document_invalid);
    EXPECT_EQ(wrong.error().where, "JSON Pointer \"/a\"");
    EXPECT_EQ(parse_json("{", schema).error().detail, "not JSON");
}

}  // namespace
}  // namespace rakit::document
