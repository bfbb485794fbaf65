#include "mock_cm/core/config.hpp"

#include <gtest/gtest.h>

namespace rakit::cm {
namespace {

TEST(CmConfig, TheBuiltInOneIsSound) {
    const auto config = parse_config(default_config_text(), "default_config.yaml");
    ASSERT_TRUE(config) << to_string(config.error());
    const auto* procedure = config->token_procedure("employee-tc");
    ASSERT_NE(procedure, nullptr);
    EXPECT_TRUE(procedure->confirmation);
    ASSERT_TRUE(procedure->tc_controls);
    EXPECT_EQ(procedure->tc_controls->policy, "2.25.259992147378155069564548854890386613715");
    EXPECT_FALSE(procedure->tc_controls->add_allowed);
    EXPECT_TRUE(config->officers.at(0).has(Role::revoke_certificate));
    EXPECT_EQ(config->token_procedure("none"), nullptr);
}

constexpr const char* kSmall = R"(version: 1
officers:
  - {name: A, roles: [use-clients]}
certificateProcedures:
  - {name: auth, keyUsage: [digitalSignature]}
tokenProcedures:
  - name: t
    title: T
    profiles: [pkcs15]
    certificateProcedures: [auth]
    fields: []
)";

struct FindingRow {
    const char* what;
    std::string from, to;  ///< replaced in kSmall
    const char* finding;
};

void PrintTo(const FindingRow& row, std::ostream* out) { *out << row.what; }

class CmConfigFinding : public testing::TestWithParam<FindingRow> {};

TEST_P(CmConfigFinding, HasItsPlace) {
    std::string text = kSmall;
    const auto& row = GetParam();
    const auto at = text.find(row.from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, row.from.size(), row.to);
    const auto config = parse_config(text, "cm.yaml");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::document_invalid);
    EXPECT_NE(config.error().detail.find(row.finding), std::string::npos) << config.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CmConfigFinding,
    testing::Values(FindingRow{"syntax", "officers:", "officers: [", "cm.yaml:"},
                    FindingRow{"unknown key", "    title: T", "    title: T\n    colour: red",
                               "cm.yaml:9:13: unknown key 'colour'"},
                    FindingRow{"unknown role", "use-clients", "use-client", "cm.yaml:3:23"},
                    FindingRow{"unknown reference", "certificateProcedures: [auth]", "certificateProcedures: [none]",
                               "cm.yaml:10:29: there is no certificate procedure 'none'"},
                    FindingRow{
                        "name twice", "  - {name: auth, keyUsage: [digitalSignature]}",
                        "  - {name: auth, keyUsage: [digitalSignature]}\n  - {name: auth, keyUsage: [nonRepudiation]}",
                        "cm.yaml:6:12: the name 'auth' stands twice"},
                    FindingRow{"invisible and required", "fields: []",
                               "fields: [{name: title, label: T, required: true, visible: false}]",
                               "cm.yaml:11:14: the field 'title' is required but not visible"},
                    FindingRow{"range", "    title: T", "    title: T\n    cardSerials: {first: \"0B\", last: \"0A\"}",
                               "cm.yaml:9:18: the range ends before it begins"},
                    FindingRow{"version", "version: 1", "version: 2", "cm.yaml:1:"}));

TEST(CmConfig, TellsAllFindingsAtOnce) {
    std::string text = kSmall;
    text.replace(text.rfind("[auth]"), 6, "[one, two]");
    const auto config = parse_config(text, "f");
    ASSERT_FALSE(config);
    EXPECT_NE(config.error().detail.find("'one'"), std::string::npos);
    EXPECT_NE(config.error().detail.find("'two'"), std::string::npos);
}

TEST(CmConfig, SerialRangesCompareNumbers) {
    const SerialRange range{"00FF", "1000"};
    for (const auto* inside : {"FF", "00FF", "0100", "1000", "00001000"}) EXPECT_TRUE(range.contains(inside)) << inside;
    for (const auto* outside : {"FE", "00", "1001", "AAAAAA"}) EXPECT_FALSE(range.contains(outside)) << outside;
}

TEST(CmConfig, CertificateProceduresAreChosenByKeyUsage) {
    CertificateProcedure authentication, signature;
    authentication.key_usage = {"digitalSignature"};
    signature.key_usage = {"nonRepudiation"};
    EXPECT_TRUE(authentication.fits({"digitalSignature", "keyEncipherment"}));
    EXPECT_FALSE(authentication.fits({"keyEncipherment"}));
    EXPECT_FALSE(authentication.fits({"digitalSignature", "nonRepudiation"}));
    EXPECT_TRUE(signature.fits({"digitalSignature", "nonRepudiation"}));
    EXPECT_FALSE(signature.fits({}));
}

}  // namespace
}  // namespace rakit::cm
