#include "mock_cm/core/single.hpp"

#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

class SingleTest : public HostTest {
protected:
    SingleRequest wanted(const std::string& procedure = "employee-at-once") {
        Bytes der = pkcs10({{"CN", "Anna Ek"}}, card_key("45"), card_key("45"), {"keyUsage=digitalSignature"});
        return {"rest", procedure, std::move(der), olivia.certificate, olivia.certificate, {}, {}};
    }
    std::string code(const SingleRequest& request) {
        const auto issued = issue_single(host->context(), store, request);
        return issued ? "" : std::string(name(issued.error().code));
    }
};

TEST_F(SingleTest, IsIssuedActiveStoredAndLogged) {
    auto request = wanted();
    request.not_after = clock.now() + std::chrono::days(10);
    const auto issued = issue_single(host->context(), store, request);
    ASSERT_TRUE(issued) << issued.error().detail;
    EXPECT_EQ(issued->spki(), ossl::spki(card_key("45")));
    EXPECT_EQ(issued->not_after(), *request.not_after);
    ASSERT_EQ(store.content().certificates.size(), 1U);
    EXPECT_TRUE(store.content().certificates[0].active);
    EXPECT_EQ(store.content().certificates[0].der, issued->der());
    EXPECT_EQ(store.content().log.back().category, "rest");
    EXPECT_EQ(store.content().log.back().officer, "Olivia Officer");
}

TEST_F(SingleTest, WhatOnePkcs10CannotCarryIsRefusedNotSkipped) {
    for (const auto* procedure : {"employee-tc", "employee", "employee-tc-add"})
        EXPECT_EQ(code(wanted(procedure)), "dialect_cannot_carry") << procedure;
    EXPECT_EQ(store.content().log.back().code, "dialect_cannot_carry");
    EXPECT_TRUE(store.content().certificates.empty());
}

TEST_F(SingleTest, IsRefusedAsByCmc) {
    auto request = wanted("none");
    EXPECT_EQ(code(request), "procedure_unknown");
    EXPECT_EQ(code(wanted("employee-closed")), "procedure_closed");
    request = wanted();
    request.signs = officer("Aron Authenticator").certificate;
    EXPECT_EQ(code(request), "officer_role_missing");
    request = wanted();
    request.connects = officer("Nobody").certificate;
    EXPECT_EQ(code(request), "officer_unknown");
    request = wanted();
    request.pkcs10 = pkcs10({{"CN", "Anna Ek"}}, card_key("45"), card_key("46"), {"keyUsage=digitalSignature"});
    EXPECT_EQ(code(request), "pop_failed");
    request.pkcs10 = pkcs10({{"CN", "Anna Ek"}}, card_key("45"), card_key("45"), {});
    EXPECT_EQ(code(request), "no_certificate_procedure");
    request.pkcs10 = pkcs10({{"O", "Example"}}, card_key("45"), card_key("45"), {"keyUsage=digitalSignature"});
    EXPECT_EQ(code(request), "field_missing");
    request.pkcs10 = pkcs10({{"CN", "Anna Ek"}}, card_key("45"), card_key("45"),
                            {"keyUsage=digitalSignature", "subjectAltName=DNS:example.com"});
    EXPECT_EQ(code(request), "field_invalid");
    request.pkcs10 = {0x30, 0x00};
    EXPECT_EQ(code(request), "request_malformed");
}

TEST_F(SingleTest, TheEmailMayComeInThePkcs10) {
    auto request = wanted();
    request.pkcs10 = pkcs10({{"CN", "Anna Ek"}}, card_key("45"), card_key("45"),
                            {"keyUsage=digitalSignature", "subjectAltName=email:anna@example.com"});
    const auto issued = issue_single(host->context(), store, request);
    ASSERT_TRUE(issued) << issued.error().detail;
    EXPECT_EQ(X509_check_email(issued->handle(), "anna@example.com", 0, 0), 1);
}

TEST_F(SingleTest, ChangesCountForWhatComesAfterThem) {
    const auto before = host->context();
    host->change([](Config& changed) { changed.deviations.maintenance = true; });
    EXPECT_EQ(code(wanted()), "cm_maintenance");
    EXPECT_FALSE(before.config.deviations.maintenance);
}

TEST(DeviationsTest, AreReadAndWrittenByName) {
    Deviations some;
    some.wrong_ca = true;
    some.pending_times = 3;
    some.http_status = 503;
    EXPECT_EQ(*read_deviations(deviations_text(some)), some);
    EXPECT_EQ(*read_deviations("{}"), Deviations{});
    for (const auto* bad : {"[]", "{\"none\": true}", "{\"stall\": 1}", "{\"slowMs\": -1}", "{"})
        EXPECT_EQ(read_deviations(bad).error().code, ErrorCode::document_invalid) << bad;
}

}  // namespace
}  // namespace rakit::cm::test
