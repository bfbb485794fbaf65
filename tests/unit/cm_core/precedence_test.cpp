// The order of docs/errors.md, pair by pair: of two things that are wrong the one that stands higher is told.
#include <set>

#include "tests/unit/cm_core/refusal_rows.hpp"

// covers: refusal-precedence
namespace rakit::cm::test {
namespace {

using CodePair = std::pair<std::string, std::string>;

/// kNotBoth are pairs of which the second hides what the first would be judged by.
const std::set<CodePair> kNotBoth{
    // Which CA would issue is not known.
    {"issuer_constraint", "procedure_unknown"},
    {"issuer_constraint", "no_certificate_procedure"},
    {"issuer_constraint", "ambiguous_certificate_procedure"},
    // A procedure that doesn't exist has no domain.
    {"domain_not_visible", "procedure_unknown"},
    // A key without TC needs no controls.
    {"tc_control_missing", "tc_missing"},
    // The signature of an unknown issuer can't be judged.
    {"tc_bad_signature", "tc_untrusted"},
};

/// needs_tc tells whether a refusal is of a line with a TC; pop_failed is what the same lack is called without one.
bool needs_tc(const std::string& code) { return code.rfind("tc_", 0) == 0; }

bool can_be_both(const std::string& first, const std::string& second) {
    if (second == "pop_failed" && needs_tc(first)) return false;
    return kNotBoth.count({first, second}) == 0;
}

/// leading gives the first row of each code, by precedence.
std::vector<RefusalRow> leading() {
    std::vector<RefusalRow> rows;
    std::set<std::string> seen;
    for (auto& row : refusal_rows())
        if (seen.insert(row.code).second) rows.push_back(std::move(row));
    return rows;
}

class Precedence : public HostTest {
protected:
    std::string told(const RefusalRow& first, const RefusalRow& second) {
        store.content() = {};
        clock = VirtualClock(*from_iso8601("2026-03-01T12:00:00Z"));
        olivia = officer("Olivia Officer");
        config = x_config;
        Attempt attempt(*this);
        second.change(attempt);
        first.change(attempt);
        return attempt.send().code();
    }

private:
    const Config x_config = config;
};

class PrecedenceOf : public Precedence, public testing::WithParamInterface<std::string> {};

TEST_P(PrecedenceOf, TheHigherIsTold) {
    const auto rows = leading();
    const auto first =
        std::find_if(rows.begin(), rows.end(), [](const RefusalRow& row) { return row.code == GetParam(); });
    ASSERT_NE(first, rows.end());
    for (auto second = first + 1; second != rows.end(); ++second) {
        if (!can_be_both(first->code, second->code)) continue;
        // Maintenance is not judged by what the message says: it comes before all of it.
        const std::string higher = std::string(second->code) == "cm_maintenance" ? second->code : first->code;
        EXPECT_EQ(told(*first, *second), higher) << first->code << " and " << second->code;
    }
}

std::vector<std::string> leading_codes() {
    std::vector<std::string> codes;
    for (const auto& row : leading()) codes.emplace_back(row.code);
    codes.pop_back();  // there is nothing below the last
    return codes;
}

INSTANTIATE_TEST_SUITE_P(Codes, PrecedenceOf, testing::ValuesIn(leading_codes()),
                         [](const auto& param) { return param.param; });

TEST(PrecedenceRows, StandInTheOrderOfTheRegistry) {
    std::vector<ErrorCode> codes;
    for (const auto& row : leading()) codes.push_back(*error_code_from_name(row.code));
    EXPECT_TRUE(std::is_sorted(codes.begin(), codes.end()));
}

}  // namespace
}  // namespace rakit::cm::test
