#include <set>

#include "mock_cm/core/refusal.hpp"
#include "tests/unit/cm_core/refusal_rows.hpp"

// covers: refusal-each, static-token, clock-refused, tc-revoked, tc-possession, pop-refused, field-refused
// covers: procedure-refused, officer-refused, request-log
namespace rakit::cm::test {
namespace {

class OrderRefusal : public HostTest, public testing::WithParamInterface<RefusalRow> {};

/// expect_refused looks at an answer and at the request log for everything that a refusal must have.
void expect_refused(const Answer& answer, const HostTest& test, const std::string& code, int fail_info) {
    ASSERT_EQ(answer.http_status, 200);
    EXPECT_EQ(answer.status, 2);
    EXPECT_EQ(answer.code(), code) << answer.info;
    EXPECT_EQ(answer.text, code);
    EXPECT_EQ(answer.fail_info, fail_info);
    EXPECT_NE(answer.info["error"]["message"], "");
    EXPECT_NE(answer.info["error"]["remedy"], "");
    auto& store = const_cast<HostTest&>(test).store;
    const auto& entry = store.content().log.back();
    EXPECT_EQ(entry.code, code);
    EXPECT_FALSE(entry.success);
    EXPECT_EQ(entry.message, answer.info["error"]["message"]);
}

TEST_P(OrderRefusal, IsToldLoggedAndIssuesNothing) {
    Attempt attempt(*this);
    GetParam().change(attempt);
    const auto answer = attempt.send();
    expect_refused(answer, *this, GetParam().code, GetParam().fail_info);
    // A message that could not be read as a whole is refused as a whole, even if the message names the line.
    const bool of_a_line = answer.info["error"].contains("line") && answer.code() != "request_malformed";
    EXPECT_EQ(answer.body_list, std::vector<unsigned>{of_a_line ? 100U : 0U});
    EXPECT_EQ(store.content().log.size(), 1U);
    EXPECT_EQ(store.content().certificates.size(), attempt.reuse_key ? 1U : 0U);
    EXPECT_EQ(store.content().orders.size(), attempt.answered_before ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(Rows, OrderRefusal, testing::ValuesIn(refusal_rows()));

using RefusalTest = HostTest;

TEST_F(RefusalTest, TheAttemptItselfIsAccepted) {
    const auto answer = Attempt(*this).send();
    EXPECT_EQ(answer.status, 5) << answer.info;
}

TEST_F(RefusalTest, ARefusedApprovalIsToldAndLogged) {
    auto request = redo();
    request.procedure = "employee-approval";
    const auto pending = order(request);
    ASSERT_EQ(pending.status, 3) << pending.info;
    ASSERT_TRUE(host->decide(request.transaction, false));
    expect_refused(ask(request, pending, 0x44), *this, "approval_refused", 1070);
    EXPECT_TRUE(store.content().certificates.empty());
}

/// BrokenStore is a database whose disk fails at a certain operation; the log still works.
class BrokenStore final : public Store {
public:
    explicit BrokenStore(Store& whole) : x_whole(whole) {}
    Result<std::unique_ptr<StoreTransaction>> begin() override {
        if (x_times++ == 0) return fail(ErrorCode::io_failed, "the disk is gone", "/secret/place");
        return x_whole.begin();
    }

private:
    Store& x_whole;
    int x_times = 0;
};

TEST_F(RefusalTest, ADatabaseThatFailsIsTheCmsOwnFault) {
    auto request = tc_redo();
    const auto message = encode(request);
    BrokenStore broken(store);
    host = std::make_unique<CmHost>(config, hierarchy(), broken, clock, rng);
    const auto answer = send(message);
    expect_refused(answer, *this, "cm_internal", 11);
    EXPECT_EQ(answer.info.dump().find("/secret/place"), std::string::npos);
    EXPECT_EQ(send(message).status, 5) << "the next honest request works";
}

TEST(RefusalCodes, OfTheDatabaseNeverLeaveTheHost) {
    for (const auto code : {ErrorCode::store_invalid, ErrorCode::log_broken, ErrorCode::io_failed,
                            ErrorCode::crypto_failed, ErrorCode::card_absent}) {
        const auto shown = internal_error(Error{code, "x", {}, {}, {}, {}});
        EXPECT_EQ(shown.code, ErrorCode::cm_internal) << name(code);
        EXPECT_EQ(error_response(Error{code, "x", {}, {}, {}, {}}).status, 500) << name(code);
    }
}

TEST(RefusalCodes, EachOneOfTheHostHasARow) {
    // Of these the canonical dialect's first message knows nothing: a query above, REST and EST, a broken database.
    std::set<std::string> shown{"approval_refused", "dialect_cannot_carry", "cm_internal"};
    for (const auto& row : refusal_rows()) {
        shown.insert(row.code);
        const auto code = error_code_from_name(row.code);
        ASSERT_TRUE(code) << row.code;
        EXPECT_EQ(wire_number(*code), row.fail_info) << row.code;
    }
    for (int n = 0; n <= static_cast<int>(ErrorCode::cm_internal); ++n) {
        const auto code = static_cast<ErrorCode>(n);
        EXPECT_EQ(shown.count(std::string(name(code))), 1U) << name(code) << " is shown by no row";
    }
}

using ReuseTest = HostTest;

TEST_F(ReuseTest, AKeyThatHasACertificateOfTheCmGetsNoOther) {
    auto first = tc_redo();
    first.procedure = "employee-tc-once";
    ASSERT_EQ(order(first).status, 5);
    auto second = tc_redo();
    second.procedure = "employee-tc-once";
    second.transaction = Bytes(16, 0x12);
    EXPECT_EQ(order(second).code(), "key_reuse_forbidden");
}

TEST_F(ReuseTest, AddBesideATransportCertificateIfTheProcedureAllows) {
    auto request = tc_redo();
    request.procedure = "employee-tc-add";
    request.lines[0].action = "add";
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5) << answer.info;
    EXPECT_EQ(confirm(request, answer, true).status, 0);
    EXPECT_TRUE(store.content().used_tcs.empty());
}

}  // namespace
}  // namespace rakit::cm::test
