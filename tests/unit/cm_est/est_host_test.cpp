#include "mock_cm/est/est_host.hpp"

#include "tests/unit/cm_core/fixture.hpp"

// covers: host-est
namespace rakit::cm::test {
namespace {

const std::string kEst = "/.well-known/est/";

class EstHostTest : public HostTest {
protected:
    net::HttpResponse ask(const std::string& method, const std::string& target, const Bytes& body = {},
                          const std::string& type = "application/pkcs10") {
        net::HttpRequest request{method, target, {}, body, peer};
        if (!body.empty()) request.headers["content-type"] = type;
        return est.handle(request);
    }
    net::HttpResponse enrol(const std::string& path, const Bytes& pkcs10) {
        return ask("POST", kEst + path, to_bytes(to_base64(pkcs10)));
    }
    Bytes request(const std::vector<std::string>& extensions = {"keyUsage=digitalSignature"},
                  const char* signing = "45") {
        return pkcs10({{"CN", "Esther Est"}}, card_key("45"), card_key(signing), extensions);
    }
    /// certificates_of reads a certs-only message by OpenSSL.
    static std::vector<x509::Certificate> certificates_of(const net::HttpResponse& answer) {
        std::string text(as_text(answer.body));
        EXPECT_EQ(text.back(), '\n');
        text.pop_back();
        const auto der = *from_base64(text);
        const unsigned char* cursor = der.data();
        const ossl::CmsContentInfo cms(d2i_CMS_ContentInfo(nullptr, &cursor, static_cast<long>(der.size())));
        const ossl::Certificates bag(CMS_get1_certs(cms.get()));
        std::vector<x509::Certificate> list;
        for (int i = 0; i < sk_X509_num(bag.get()); ++i)
            list.push_back(*x509::Certificate::parse(ossl::to_der(sk_X509_value(bag.get(), i), i2d_X509)));
        return list;
    }
    void expect_refused(const net::HttpResponse& answer, int status, const std::string& code) {
        EXPECT_EQ(answer.status, status) << as_text(answer.body);
        const auto error = nlohmann::json::parse(answer.body).at("error");
        EXPECT_EQ(error.at("code"), code);
        EXPECT_NE(error.at("message"), "");
        EXPECT_NE(error.at("remedy"), "");
        ASSERT_FALSE(store.content().log.empty());
        EXPECT_EQ(store.content().log.back().code, code);
        EXPECT_EQ(store.content().log.back().category, "est");
    }

    Bytes peer = olivia.certificate.der();
    EstHost est{*host, store};
};

TEST_F(EstHostTest, CaCertificatesAreOpen) {
    peer.clear();
    const auto answer = ask("GET", kEst + "cacerts");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("content-type"), "application/pkcs7-mime; smime-type=certs-only");
    EXPECT_EQ(answer.headers.at("content-transfer-encoding"), "base64");
    EXPECT_EQ(certificates_of(answer).size(), 4U);
    EXPECT_EQ(ask("GET", kEst + "employee-at-once/cacerts").status, 200);
}

TEST_F(EstHostTest, EnrolsByTheFirstProcedureThatItCanCarryOrByTheLabel) {
    for (const auto* path :
         {"simpleenroll", "simplereenroll", "employee-at-once/simpleenroll", "employee%2Dat%2Donce/simplereenroll"}) {
        const auto answer = enrol(path, request());
        ASSERT_EQ(answer.status, 200) << path << as_text(answer.body);
        const auto issued = certificates_of(answer);
        ASSERT_EQ(issued.size(), 1U);
        EXPECT_EQ(issued[0].spki(), ossl::spki(card_key("45")));
        EXPECT_EQ(issued[0].der(), store.content().certificates.back().der);
        EXPECT_TRUE(store.content().certificates.back().active);
        EXPECT_EQ(store.content().log.back().category, "est");
        EXPECT_EQ(store.content().log.back().procedure, "employee-at-once");
        EXPECT_EQ(store.content().log.back().officer, "Olivia Officer");
    }
}

TEST_F(EstHostTest, RefusesAsTheOtherDialects) {
    expect_refused(enrol("none/simpleenroll", request()), 404, "procedure_unknown");
    expect_refused(enrol("employee-closed/simpleenroll", request()), 422, "procedure_closed");
    for (const auto* procedure : {"employee-tc", "employee", "employee-approval", "employee-range"})
        expect_refused(enrol(std::string(procedure) + "/simpleenroll", request()), 422, "dialect_cannot_carry");
    expect_refused(enrol("simpleenroll", request({"keyUsage=digitalSignature"}, "46")), 422, "pop_failed");
    expect_refused(enrol("simpleenroll", request({"keyUsage=keyEncipherment"})), 422, "no_certificate_procedure");
    expect_refused(enrol("simpleenroll", Bytes{0x30, 0x00}), 400, "request_malformed");
    expect_refused(ask("POST", kEst + "simpleenroll", to_bytes("!")), 400, "request_malformed");
    expect_refused(ask("POST", kEst + "simpleenroll", to_bytes("MAA="), "text/plain"), 415, "request_malformed");
    expect_refused(ask("POST", kEst + "simpleenroll"), 415, "request_malformed");
    EXPECT_TRUE(store.content().certificates.empty());
}

TEST_F(EstHostTest, WhoEnrolsMustBeAnOfficerWhoMaySign) {
    peer.clear();
    expect_refused(enrol("simpleenroll", request()), 403, "officer_unknown");
    peer = officer("Nobody").certificate.der();
    expect_refused(enrol("simpleenroll", request()), 403, "officer_unknown");
    peer = officer("Clara Closed").certificate.der();
    expect_refused(enrol("simpleenroll", request()), 403, "officer_closed");
    peer = officer("Rolf Roleless").certificate.der();
    expect_refused(enrol("simpleenroll", request()), 403, "officer_role_missing");
    peer = officer("Olivia Officer", {"clientAuth"}).certificate.der();
    expect_refused(enrol("simpleenroll", request()), 403, "officer_not_allowed_to_sign");
    EXPECT_TRUE(store.content().certificates.empty());
}

TEST_F(EstHostTest, RoutesMethodsAndMaintenance) {
    for (const auto* path : {"", "fullcmc", "csrattrs", "serverkeygen", "a/b"})
        expect_refused(ask("GET", kEst + path), 404, "request_malformed");
    expect_refused(ask("POST", kEst + "cacerts", to_bytes("x")), 405, "request_malformed");
    expect_refused(ask("GET", kEst + "simpleenroll"), 405, "request_malformed");
    expect_refused(ask("GET", kEst + "cacerts%"), 400, "request_malformed");
    host->change([](Config& changed) { changed.deviations.maintenance = true; });
    expect_refused(enrol("simpleenroll", request()), 503, "cm_maintenance");
    EXPECT_EQ(ask("GET", kEst + "cacerts").status, 200);
    EXPECT_TRUE(is_est_path("/.well-known/est/x"));
    EXPECT_FALSE(is_est_path("/.well-known/est"));
}

TEST_F(EstHostTest, WithoutAProcedureForItThereIsNone) {
    host->change([](Config& changed) {
        for (auto& one : changed.token_procedures) one.replay_protection = true;
    });
    expect_refused(enrol("simpleenroll", request()), 404, "procedure_unknown");
}

}  // namespace
}  // namespace rakit::cm::test
