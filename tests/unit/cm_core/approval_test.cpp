#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

class ApprovalTest : public HostTest {
protected:
    Request waiting() {
        auto request = redo();
        request.procedure = "employee-approval";
        return request;
    }
};

TEST_F(ApprovalTest, IsPendingThenIssuedThenConfirmed) {
    auto request = waiting();
    const auto first = order(request);
    ASSERT_EQ(first.status, 3) << first.info;
    EXPECT_EQ(first.body_list, std::vector<unsigned>{100});
    EXPECT_EQ(first.pend_token.size(), 16U);
    EXPECT_TRUE(store.content().certificates.empty());
    const auto second = ask(request, first, 0x41);
    EXPECT_EQ(second.status, 3);
    EXPECT_EQ(second.recipient_nonce, Bytes(16, 0x41));
    const auto third = ask(request, second, 0x42);
    EXPECT_EQ(third.status, 3);
    const auto issued = ask(request, third, 0x43);
    ASSERT_EQ(issued.status, 5) << issued.info;
    EXPECT_EQ(issued.body_list, std::vector<unsigned>{100});
    EXPECT_NE(issued.certificate_for(card_key("45")), nullptr);
    EXPECT_EQ(issued.info["lines"][0]["key"], "45");
    EXPECT_TRUE(store.content().revocations.empty());
    EXPECT_EQ(confirm(request, issued, true).status, 0);
    EXPECT_TRUE(store.content().certificates.at(0).active);
    EXPECT_EQ(store.content().revocations.size(), 1U);
    EXPECT_EQ(store.content().log[1].category, "query");
}

TEST_F(ApprovalTest, ResendsOfOrderAndQuestionGetTheSameOctetsAfterARestart) {
    auto request = waiting();
    const Bytes message = encode(request);
    const auto first = send(message);
    const Bytes question = sign(query(request, first, 0x41), olivia, {}, clock.now());
    const auto second = send(question);
    configure([](Config&) {});
    clock.sleep(std::chrono::hours(3));
    EXPECT_EQ(send(message).body, first.body);
    EXPECT_EQ(send(question).body, second.body);
    EXPECT_EQ(store.content().orders.at(request.transaction).questions_left, 1);
}

TEST_F(ApprovalTest, ALostIssuedAnswerIsAskedForAgain) {
    auto request = waiting();
    auto last = order(request);
    for (std::uint8_t nonce = 0x41; nonce < 0x43; ++nonce) last = ask(request, last, nonce);
    ask(request, last, 0x50);  // its answer is lost
    const auto again = ask(request, last, 0x51);
    ASSERT_EQ(again.status, 5) << again.info;
    EXPECT_EQ(again.recipient_nonce, Bytes(16, 0x51));
    EXPECT_EQ(store.content().certificates.size(), 1U);
    EXPECT_EQ(confirm(request, again, true).status, 0);
}

TEST_F(ApprovalTest, AControlCallDecides) {
    configure([](Config& changed) {
        for (auto& procedure : changed.token_procedures)
            if (procedure.approval) procedure.approval->questions = 0;
    });
    auto request = waiting(), other = waiting();
    other.transaction = Bytes(16, 0x12);
    const auto first = order(request), second = order(other);
    for (std::uint8_t nonce = 0; nonce < 5; ++nonce) EXPECT_EQ(ask(request, first, nonce).status, 3);
    EXPECT_EQ(host->waiting_orders()->size(), 2U);
    ASSERT_TRUE(host->decide(request.transaction, true));
    ASSERT_TRUE(host->decide(other.transaction, false));
    EXPECT_FALSE(host->decide(other.transaction, true));
    EXPECT_EQ(ask(request, first, 0x60).status, 5);
    const auto refused = ask(other, second, 0x61);
    EXPECT_EQ(refused.code(), "approval_refused");
    EXPECT_EQ(refused.fail_info, 1070);
    EXPECT_EQ(store.content().log.back().code, "approval_refused");
}

TEST_F(ApprovalTest, WhatChangedMeanwhileIsJudgedAgain) {
    auto request = waiting();
    const auto first = order(request);
    ASSERT_TRUE(host->decide(request.transaction, true));
    host->change([](Config& changed) {
        for (auto& procedure : changed.token_procedures) procedure.active = procedure.name != "employee-approval";
    });
    EXPECT_EQ(ask(request, first, 0x41).code(), "procedure_closed");
    EXPECT_TRUE(store.content().certificates.empty());
}

TEST_F(ApprovalTest, AQuestionMustFit) {
    auto request = waiting();
    const auto first = order(request);
    auto wrong = first;
    wrong.pend_token[0] ^= 1;
    EXPECT_EQ(ask(request, wrong, 0x41).code(), "request_malformed");
    wrong = first;
    wrong.sender_nonce[0] ^= 1;
    EXPECT_EQ(ask(request, wrong, 0x42).code(), "request_malformed");
    EXPECT_EQ(confirm(request, first, false).code(), "request_malformed");
    auto unknown = request;
    unknown.transaction = Bytes(16, 0x19);
    EXPECT_EQ(ask(unknown, first, 0x43).code(), "request_malformed");
    EXPECT_EQ(store.content().orders.at(request.transaction).questions_left, 2);
}

}  // namespace
}  // namespace rakit::cm::test
