#include "mock_cm/rest/rest_host.hpp"

#include "tests/support/cms_data.hpp"
#include "tests/unit/cm_core/fixture.hpp"

// covers: host-rest
namespace rakit::cm::test {
namespace {

using nlohmann::json;

const std::string kForm = "multipart/form-data; boundary=b";

std::string part(const std::string& name, const std::string& content) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
}

class RestHostTest : public HostTest {
protected:
    net::HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = {},
                          const x509::Certificate* peer = nullptr, const std::string& accept = {}) {
        net::HttpRequest request{method, target, {}, to_bytes(body), (peer ? *peer : olivia.certificate).der()};
        if (!body.empty()) request.headers["content-type"] = kForm;
        if (!accept.empty()) request.headers["accept"] = accept;
        return rest.handle(request);
    }
    net::HttpResponse get(const std::string& target) { return ask("GET", target); }
    net::HttpResponse post(const std::string& path, const std::string& form) {
        return ask("POST", "/pgwy/api" + path, form + "--b--\r\n");
    }
    static json body_of(const net::HttpResponse& answer) { return json::parse(answer.body); }

    std::string signature(const net::HttpResponse& offer, const Signer& signer) {
        const auto octets = *from_base64(body_of(offer).at("dataToSign").get<std::string>());
        const auto cms = rakit::test::sign_data(octets, signer.certificate, signer.key.get(), clock.now());
        return part("signature", to_base64(cms));
    }
    std::string enrolment(const std::string& procedure = "employee-at-once", const std::string& name = "Rita Rest") {
        return part("pkcs10",
                    to_base64(pkcs10({{"CN", name}}, card_key("45"), card_key("45"), {"keyUsage=digitalSignature"}))) +
               part("procname", procedure);
    }
    net::HttpResponse both_rounds(const std::string& path, const std::string& form, const Signer& signer) {
        const auto offer = post(path, form);
        return offer.status == 200 ? post(path, form + signature(offer, signer)) : offer;
    }
    /// issue gives the id of a certificate that was issued over REST.
    std::int64_t issue(const std::string& name = "Rita Rest") {
        EXPECT_EQ(both_rounds("/certificates/pkcs10", enrolment("employee-at-once", name), olivia).status, 200);
        return store.content().certificates.back().id;
    }
    /// expect_refused looks at the answer and at the request log.
    void expect_refused(const net::HttpResponse& answer, int status, const std::string& code,
                        const std::string& category) {
        EXPECT_EQ(answer.status, status) << as_text(answer.body);
        const auto body = body_of(answer);
        const auto known = error_code_from_name(code);
        EXPECT_EQ(body.at("error"), known ? info(*known).number.value_or(1) : 0);
        const auto text = body.at("msg").get<std::string>();
        EXPECT_EQ(text.rfind(code + ": ", 0), 0U) << text;
        EXPECT_NE(text.find(" - "), std::string::npos) << "the remedy is told: " << text;
        ASSERT_FALSE(store.content().log.empty());
        const auto& entry = store.content().log.back();
        EXPECT_EQ(entry.code, code);
        EXPECT_EQ(entry.category, category);
        EXPECT_FALSE(entry.success);
    }

    RestHost rest{*host, store};
};

TEST_F(RestHostTest, ProceduresThatItCanIssueBy) {
    const auto all = body_of(get("/api/procedures")).at("procedures");
    const auto some = body_of(get("/pgwy/api/procedures?mediaType=application/pkcs10")).at("procedures");
    EXPECT_GT(all.size(), some.size());
    for (const auto& one : some) {
        EXPECT_EQ(one.at("mediaTypes"), json::array({"application/pkcs10"}));
        EXPECT_NE(one.at("procname"), "employee-tc");
    }
    for (const auto& one : all) EXPECT_NE(one.at("procname"), "employee-closed");
    expect_refused(get("/api/procedures?mediaType=text/plain"), 400, "request_malformed", "rest-procedures");
    expect_refused(get("/api/procedures?x=1"), 400, "request_malformed", "rest-procedures");
}

TEST_F(RestHostTest, TwoRoundsIssueAndEachFormOfAnswerIsGiven) {
    const std::string form = enrolment();
    const auto offer = post("/pkcs10", form);
    EXPECT_EQ(body_of(offer).at("error"), 0);
    EXPECT_EQ(body_of(offer).at("msg"), "Sign request and send again");
    EXPECT_TRUE(store.content().certificates.empty());
    const auto answer = post("/pkcs10", form + signature(offer, olivia));
    ASSERT_EQ(answer.status, 200) << as_text(answer.body);
    EXPECT_EQ(answer.headers.at("content-type"), "application/pkix-cert");
    const auto certificate = x509::Certificate::parse(answer.body);
    ASSERT_TRUE(certificate);
    EXPECT_EQ(certificate->spki(), ossl::spki(card_key("45")));
    const auto& row = store.content().certificates.back();
    EXPECT_TRUE(row.active);
    EXPECT_EQ(row.card_serial, "");
    const std::string download = "/api/certificates/" + std::to_string(row.id) + "/download";
    EXPECT_EQ(ask("GET", download, {}, nullptr, "application/pkix-cert").body, certificate->der());
    EXPECT_EQ(ask("GET", download, {}, nullptr, "application/pkcs7-mime").headers.at("content-type"),
              "application/pkcs7-mime; smime-type=certs-only");
    const auto pem = ask("GET", download, {}, nullptr, "application/pem-certificate-chain");
    EXPECT_EQ(std::string(as_text(pem.body)).rfind("-----BEGIN CERTIFICATE-----", 0), 0U);
    expect_refused(ask("GET", download, {}, nullptr, "text/html"), 406, "request_malformed", "rest-download");
}

TEST_F(RestHostTest, DetailsAndStates) {
    const std::string id = std::to_string(issue());
    auto details = body_of(get("/api/certificates/" + id + "/details"));
    EXPECT_EQ(details.at("status"), "active");
    EXPECT_EQ(details.at("validity"), "valid");
    EXPECT_EQ(details.at("reason"), nullptr);
    EXPECT_EQ(details.at("subjectType"), "endEntity");
    EXPECT_EQ(details.at("keyusage"), json::array({"digitalSignature"}));
    EXPECT_EQ(both_rounds("/certificates/revoke", part("certid", id) + part("reason", "superseded"), olivia).status,
              200);
    details = body_of(get("/api/certificates/" + id + "/details"));
    EXPECT_EQ(details.at("status"), "revoked");
    EXPECT_EQ(details.at("reason"), 4);
    EXPECT_EQ(details.at("revocationtime"), to_iso8601(clock.now()));
    clock.sleep(std::chrono::hours(24 * 366 * 4));
    EXPECT_EQ(body_of(get("/api/certificates/" + id + "/details")).at("validity"), "expired");
    auto waits = redo();
    ASSERT_EQ(order(waits).status, 5);
    const auto held = std::to_string(store.content().certificates.back().id);
    EXPECT_EQ(body_of(get("/api/certificates/" + held + "/details")).at("status"), "onHold");
}

TEST_F(RestHostTest, ListsByPagesWithTheNumberOfAllHits) {
    for (int i = 0; i < 5; ++i) issue("Rita " + std::to_string(i));
    auto page = body_of(get("/api/certificates?searchLimit=2&searchOffset=1&orderBy=subject&orderDescending=true"));
    EXPECT_EQ(page.at("searchHits"), 5);
    ASSERT_EQ(page.at("certificates").size(), 2U);
    EXPECT_NE(page.at("certificates")[0].at("subject").get<std::string>().find("Rita 3"), std::string::npos);
    EXPECT_EQ(body_of(get("/api/certificates?searchOffset=5")).at("certificates").size(), 0U);
    EXPECT_EQ(body_of(get("/api/certificates?subjectCommonName=Rita%203")).at("searchHits"), 1);
    EXPECT_EQ(body_of(get("/api/certificates?cardSerialNumber=0A")).at("searchHits"), 0);
    expect_refused(get("/api/certificates?searchLimit=501"), 400, "request_malformed", "rest-list");
}

TEST_F(RestHostTest, FindsByTheCardOfAnOrder) {
    auto request = redo();
    ASSERT_EQ(order(request).status, 5);
    const auto found = body_of(get("/api/certificates?cardSerialNumber=" + request.serial));
    ASSERT_EQ(found.at("searchHits"), 1);
    const auto id = found.at("certificates")[0].at("certid").get<std::int64_t>();
    EXPECT_EQ(body_of(get("/api/certificates/" + std::to_string(id) + "/details")).at("cardSerialNumber"),
              request.serial);
}

TEST_F(RestHostTest, WhatThisDialectCannotCarryIsRefusedInTheFirstRound) {
    for (const auto* procedure : {"employee-tc", "employee", "employee-approval", "employee-range", "employee-ca"})
        expect_refused(post("/pkcs10", enrolment(procedure)), 422, "dialect_cannot_carry", "rest");
    EXPECT_TRUE(store.content().certificates.empty());
}

TEST_F(RestHostTest, EnrolmentRefused) {
    const auto request = [&](const x509::DistinguishedName& subject, const char* signing,
                             const std::vector<std::string>& extensions) {
        return part("pkcs10", to_base64(pkcs10(subject, card_key("45"), card_key(signing), extensions))) +
               part("procname", "employee-at-once");
    };
    const x509::DistinguishedName rita{{"CN", "Rita"}};
    const std::vector<std::string> usage{"keyUsage=digitalSignature"};
    const auto refused = [&](const std::string& form, int status, const char* code) {
        SCOPED_TRACE(form.substr(form.size() > 200 ? form.size() - 200 : 0));
        expect_refused(post("/pkcs10", form), status, code, "rest");
    };
    refused(enrolment("none"), 404, "procedure_unknown");
    refused(enrolment("employee-closed"), 422, "procedure_closed");
    refused(request(rita, "46", usage), 422, "pop_failed");
    refused(request(rita, "45", {"keyUsage=keyEncipherment"}), 422, "no_certificate_procedure");
    refused(request({{"O", "Example"}}, "45", usage), 422, "field_missing");
    refused(request({{"CN", "Rita"}, {"DC", "x"}}, "45", usage), 422, "field_not_allowed");
    refused(request({{"CN", "Rita"}, {"C", "se"}}, "45", usage), 422, "field_invalid");
    refused(part("procname", "employee-at-once"), 400, "request_malformed");
    refused(part("pkcs10", "!") + part("procname", "employee-at-once"), 400, "request_malformed");
    refused(part("pkcs10", to_base64(Bytes{0x30, 0})) + part("procname", "employee-at-once"), 400, "request_malformed");
    refused(enrolment() + part("validfrom", "soon"), 400, "request_malformed");
    refused(enrolment() + part("other", "1"), 400, "request_malformed");
    refused(enrolment() + part("signature", "!"), 400, "request_malformed");
    EXPECT_TRUE(store.content().certificates.empty());
}

TEST_F(RestHostTest, AFormOfAnswerThatThereIsNotIsRefusedBeforeAnythingIsIssued) {
    const auto answer = ask("POST", "/api/pkcs10", enrolment() + "--b--\r\n", nullptr, "text/html");
    expect_refused(answer, 406, "request_malformed", "rest");
}

TEST_F(RestHostTest, SignersWhoMayNot) {
    const std::string form = enrolment();
    const auto by = [&](const Signer& signer, const char* code) {
        const auto offer = post("/pkcs10", form);
        ASSERT_EQ(offer.status, 200);
        expect_refused(post("/pkcs10", form + signature(offer, signer)), 403, code, "rest");
    };
    by(officer("Clara Closed"), "officer_closed");
    by(officer("Rolf Roleless"), "officer_role_missing");
    by(officer("Nobody"), "officer_unknown");
    by(officer("Olivia Officer", {"clientAuth"}), "officer_not_allowed_to_sign");
    by(officer("Olivia Officer", {"1.3.6.1.5.5.7.3.28"}, "officer-ca", "2026-01-01T00:00:00Z"),
       "officer_certificate_expired");
    host->change([](Config& changed) { changed.officers[0].kind = OfficerKind::authentication; });
    by(officer("Olivia Officer"), "officer_not_allowed_to_sign");
    host->change([](Config& changed) {
        changed.officers[0].kind = OfficerKind::registration;
        changed.officers[0].issuer_constraints = {{{"O", "Others"}}};
    });
    expect_refused(post("/pkcs10", form), 403, "issuer_constraint", "rest");
    EXPECT_TRUE(store.content().certificates.empty());
}

TEST_F(RestHostTest, ASignatureCountsOnceSoonAndForItsRequestAlone) {
    const std::string form = enrolment();
    const auto offer = post("/pkcs10", form);
    const auto good = signature(offer, olivia);
    expect_refused(post("/pkcs10", enrolment("employee-at-once", "Eve") + good), 422, "replay_conflict", "rest");
    const auto aron = officer("Aron Authenticator");
    expect_refused(ask("POST", "/api/pkcs10", form + good + "--b--\r\n", &aron.certificate), 422, "replay_conflict",
                   "rest");
    EXPECT_EQ(post("/pkcs10", form + good).status, 200);
    expect_refused(post("/pkcs10", form + good), 422, "replay_conflict", "rest");
    const auto late = signature(post("/pkcs10", form), olivia);
    clock.sleep(std::chrono::seconds(301));
    expect_refused(post("/pkcs10", form + late), 422, "clock_skew", "rest");
    const auto old = post("/pkcs10", form);
    clock.sleep(std::chrono::minutes(11));
    expect_refused(post("/pkcs10", form + signature(old, olivia)), 422, "replay_conflict", "rest");
}

TEST_F(RestHostTest, AnotherOfficerMaySignWhatAnAuthenticationOfficerForwards) {
    const auto aron = officer("Aron Authenticator");
    const std::string form = enrolment();
    const auto offer = ask("POST", "/api/pkcs10", form + "--b--\r\n", &aron.certificate);
    ASSERT_EQ(offer.status, 200) << as_text(offer.body);
    const auto answer = ask("POST", "/api/pkcs10", form + signature(offer, olivia) + "--b--\r\n", &aron.certificate);
    EXPECT_EQ(answer.status, 200) << as_text(answer.body);
    EXPECT_EQ(store.content().log.back().officer, "Olivia Officer");
}

TEST_F(RestHostTest, RevocationRefused) {
    const auto id = part("certid", std::to_string(issue()));
    const auto refused = [&](const std::string& form, int status, const char* code) {
        SCOPED_TRACE(form);
        expect_refused(post("/certificates/revoke", form), status, code, "rest-revoke");
    };
    refused(part("certid", "999"), 422, "revoke_target_unknown");
    refused(part("certificateserialnumber", "0102"), 422, "revoke_target_unknown");
    refused(part("certificateserialnumber", "xyz"), 400, "request_malformed");
    refused(part("certid", "one"), 400, "request_malformed");
    refused(part("reason", "superseded"), 400, "request_malformed");
    refused(id + part("certificateserialnumber", "01"), 400, "request_malformed");
    refused(id + part("reason", "certificateHold"), 400, "request_malformed");
    refused(id + part("reason", "6"), 400, "request_malformed");
    refused(id + part("more", "1"), 400, "request_malformed");
    host->change([](Config& changed) { changed.officers[0].roles = {Role::use_clients, Role::issue_certificate}; });
    expect_refused(both_rounds("/certificates/revoke", id, olivia), 403, "officer_role_missing", "rest-revoke");
    EXPECT_TRUE(store.content().revocations.empty());
}

TEST_F(RestHostTest, WhoConnects) {
    for (const auto* target : {"/api/procedures", "/api/certificates", "/api/certificates/1/details"}) {
        const auto closed = officer("Clara Closed");
        EXPECT_EQ(ask("GET", target, {}, &closed.certificate).status, 403) << target;
        EXPECT_EQ(store.content().log.back().code, "officer_closed");
    }
    net::HttpRequest nobody{"GET", "/api/certificates", {}, {}, {}};
    expect_refused(rest.handle(nobody), 403, "officer_unknown", "message");
}

TEST_F(RestHostTest, WhatIsNotThere) {
    for (const auto* target : {"/api/", "/api/unknown", "/pgwy/api/certificates/1", "/api/certificates/1/more"})
        expect_refused(get(target), 404, "request_malformed", "message");
    for (const auto* id : {"0", "999", "-1", "1x", "1234567890123456"})
        expect_refused(get(std::string("/api/certificates/") + id + "/details"), 404, "request_malformed",
                       "rest-details");
    expect_refused(ask("PUT", "/api/certificates"), 405, "request_malformed", "message");
    expect_refused(get("/api/pkcs10"), 405, "request_malformed", "message");
    expect_refused(get("/api/certificates?x=%"), 400, "request_malformed", "message");
    expect_refused(ask("POST", "/api/pkcs10", "nonsense"), 400, "request_malformed", "message");
    host->change([](Config& changed) { changed.deviations.maintenance = true; });
    expect_refused(get("/api/certificates"), 503, "cm_maintenance", "message");
    expect_refused(post("/pkcs10", enrolment()), 503, "cm_maintenance", "message");
}

TEST(RestPaths, BothBases) {
    for (const auto* path : {"/api/x", "/pgwy/api/certificates"}) EXPECT_TRUE(is_rest_path(path)) << path;
    for (const auto* path : {"/api", "/pgwy/apix", "/pgwy", "/", "", "/cmc"}) EXPECT_FALSE(is_rest_path(path)) << path;
    EXPECT_EQ(nlohmann::json::parse(openapi_text()).at("openapi").get<std::string>().rfind("3.0", 0), 0U);
}

}  // namespace
}  // namespace rakit::cm::test
