#include "mock_cm/pki/pki_host.hpp"

#include <openssl/ocsp.h>

#include "mock_cm/pki/asn1_values.hpp"
#include "mock_cm/pki/certificate_status.hpp"
#include "mock_cm/pki/crl.hpp"
#include "tests/unit/cm_core/fixture.hpp"

// covers: host-crl-ocsp
namespace rakit::cm::test {
namespace {

using CertId = ossl::Handle<OCSP_CERTID, OCSP_CERTID_free>;
using OcspRequest = ossl::Handle<OCSP_REQUEST, OCSP_REQUEST_free>;
using OcspResponse = ossl::Handle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using OcspBasic = ossl::Handle<OCSP_BASICRESP, OCSP_BASICRESP_free>;

/// Status is what an OCSP answer says of one certificate.
struct Status {
    int response = -1;  ///< OCSPResponseStatus
    int certificate = -1;
    int reason = -1;
    int nonce = 0;  ///< of OCSP_check_nonce: 1 equal
    bool signed_well = false;
};

class PkiHostTest : public HostTest {
protected:
    net::HttpResponse get(const std::string& target) { return pki.handle({"GET", target, {}, {}, {}}); }
    ossl::X509Crl crl(const std::string& ca) {
        const auto answer = get("/crl/" + ca + ".crl");
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.headers.at("content-type"), "application/pkix-crl");
        const unsigned char* cursor = answer.body.data();
        ossl::X509Crl list(d2i_X509_CRL(nullptr, &cursor, static_cast<long>(answer.body.size())));
        EXPECT_EQ(X509_CRL_verify(list.get(), hierarchy().authority(ca).key.get()), 1) << ca;
        return list;
    }
    /// reason_on gives the CRLReason of a serial number, 0 if it has none, -1 if it is not on the list.
    static int reason_on(X509_CRL* list, const x509::Certificate& certificate) {
        X509_REVOKED* entry = nullptr;
        if (X509_CRL_get0_by_serial(list, &entry, X509_get_serialNumber(certificate.handle())) != 1) return -1;
        const ossl::Handle<ASN1_ENUMERATED, ASN1_ENUMERATED_free> reason(
            static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr)));
        return reason ? static_cast<int>(ASN1_ENUMERATED_get(reason.get())) : 0;
    }
    static CertId id_of(const x509::Certificate& certificate, const x509::Certificate& issuer,
                        const EVP_MD* digest = EVP_sha1()) {
        return CertId(OCSP_cert_to_id(digest, certificate.handle(), issuer.handle()));
    }
    static OcspRequest question(std::vector<CertId> ids, int nonce_octets = 0) {
        OcspRequest request(OCSP_REQUEST_new());
        for (auto& id : ids) OCSP_request_add0_id(request.get(), id.release());
        if (nonce_octets > 0) OCSP_request_add1_nonce(request.get(), nullptr, nonce_octets);
        return request;
    }
    net::HttpResponse post(const OcspRequest& request) {
        return pki.handle({"POST", "/ocsp", {}, ossl::to_der(request.get(), i2d_OCSP_REQUEST), {}});
    }
    Status status_of(const net::HttpResponse& answer, const OcspRequest& request, const CertId& id) {
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.headers.at("content-type"), "application/ocsp-response");
        const unsigned char* cursor = answer.body.data();
        const OcspResponse response(d2i_OCSP_RESPONSE(nullptr, &cursor, static_cast<long>(answer.body.size())));
        Status told;
        if (!response) return told;
        told.response = OCSP_response_status(response.get());
        const OcspBasic basic(OCSP_response_get1_basic(response.get()));
        if (!basic) return told;
        const ossl::Store anchors(X509_STORE_new());
        X509_STORE_add_cert(anchors.get(), hierarchy().authority("root").certificate.handle());
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(anchors.get()), clock.now().time_since_epoch().count());
        ossl::Certificates untrusted(sk_X509_new_null());
        for (const auto* name : kCaNames) {
            X509* ca = hierarchy().authority(name).certificate.handle();
            X509_up_ref(ca);
            sk_X509_push(untrusted.get(), ca);
        }
        told.signed_well = OCSP_basic_verify(basic.get(), untrusted.get(), anchors.get(), 0) == 1;
        told.nonce = OCSP_check_nonce(request.get(), basic.get());
        ASN1_GENERALIZEDTIME *at = nullptr, *from = nullptr, *until = nullptr;
        EXPECT_EQ(OCSP_resp_find_status(basic.get(), id.get(), &told.certificate, &told.reason, &at, &from, &until), 1);
        EXPECT_EQ(x509::to_utc(from), clock.now());
        EXPECT_EQ(x509::to_utc(until), clock.now() + kListValidity);
        return told;
    }
    Status ask(const x509::Certificate& certificate, const std::string& ca, int nonce_octets = 0,
               const EVP_MD* digest = EVP_sha1()) {
        const auto id = id_of(certificate, hierarchy().authority(ca).certificate, digest);
        std::vector<CertId> ids;
        ids.emplace_back(OCSP_CERTID_dup(id.get()));
        const auto request = question(std::move(ids), nonce_octets);
        return status_of(post(request), request, id);
    }
    void revoke(const x509::Certificate& certificate, int reason) {
        auto open = std::move(store.begin()).value();
        ASSERT_TRUE(open->put_revocation({certificate.issuer_der(), certificate.serial_hex(), reason, clock.now()}));
        ASSERT_TRUE(open->commit());
    }
    void expect_logged(const std::string& category) {
        ASSERT_FALSE(store.content().log.empty());
        EXPECT_EQ(store.content().log.back().category, category);
        EXPECT_EQ(store.content().log.back().code, "request_malformed");
    }

    PkiHost pki{*host, store};
};

TEST_F(PkiHostTest, EachCaHasItsOwnCrlWithReasons) {
    const auto old = old_certificate(card_key("45"));
    const auto transport = tc("0A1B2C3D", card_key("45"));
    revoke(old, 4);
    revoke(transport, 0);
    EXPECT_EQ(reason_on(crl("end-user-ca").get(), old), 4);
    EXPECT_EQ(reason_on(crl("end-user-ca").get(), transport), -1);
    EXPECT_EQ(reason_on(crl("tc-issuer").get(), transport), 0);
    EXPECT_EQ(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl("root").get())), -1);
    EXPECT_EQ(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl("officer-ca").get())), -1);
}

TEST_F(PkiHostTest, TheCrlSaysHowLongItIsGoodAndItsNumberGrows) {
    const auto number_of = [](X509_CRL* list) {
        const ossl::Integer number(
            static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(list, NID_crl_number, nullptr, nullptr)));
        std::int64_t value = 0;
        EXPECT_EQ(ASN1_INTEGER_get_int64(&value, number.get()), 1);
        return value;
    };
    const auto first = crl("end-user-ca");
    EXPECT_EQ(x509::to_utc(X509_CRL_get0_lastUpdate(first.get())), clock.now());
    EXPECT_EQ(x509::to_utc(X509_CRL_get0_nextUpdate(first.get())), clock.now() + kListValidity);
    EXPECT_GE(X509_CRL_get_ext_by_NID(first.get(), NID_authority_key_identifier, -1), 0);
    revoke(old_certificate(card_key("45")), 1);
    const auto same_second = crl("end-user-ca");
    clock.sleep(std::chrono::seconds(1));
    const auto later = crl("end-user-ca");
    EXPECT_LT(number_of(first.get()), number_of(same_second.get()));
    EXPECT_LT(number_of(same_second.get()), number_of(later.get()));
}

TEST_F(PkiHostTest, WhatIsNotConfirmedIsOnHoldInBoth) {
    auto request = redo();
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5);
    const auto& issued = *answer.certificate_for(card_key("45"));
    EXPECT_EQ(reason_on(crl("end-user-ca").get(), issued), kReasonHold);
    auto told = ask(issued, "end-user-ca");
    EXPECT_EQ(told.certificate, V_OCSP_CERTSTATUS_REVOKED);
    EXPECT_EQ(told.reason, kReasonHold);
    ASSERT_EQ(confirm(request, answer, true).status, 0);
    EXPECT_EQ(reason_on(crl("end-user-ca").get(), issued), -1);
    EXPECT_EQ(ask(issued, "end-user-ca").certificate, V_OCSP_CERTSTATUS_GOOD);
    // And the replaced one is superseded by the confirmation.
    EXPECT_EQ(reason_on(crl("end-user-ca").get(), old_certificate(card_key("45"))), 4);
}

TEST_F(PkiHostTest, OcspOfEachCaIsSignedByAResponderOfIt) {
    for (const auto& [ca, certificate] :
         {std::pair<const char*, x509::Certificate>{"end-user-ca", old_certificate(card_key("45"))},
          {"tc-issuer", tc("0A1B2C3D", card_key("45"))},
          {"officer-ca", olivia.certificate},
          {"root", hierarchy().authority("end-user-ca").certificate}}) {
        const auto told = ask(certificate, ca);
        EXPECT_EQ(told.response, OCSP_RESPONSE_STATUS_SUCCESSFUL) << ca;
        EXPECT_EQ(told.certificate, V_OCSP_CERTSTATUS_GOOD) << ca;
        EXPECT_TRUE(told.signed_well) << ca;
    }
}

TEST_F(PkiHostTest, OcspTellsRevokedUnknownAndTheNonce) {
    const auto old = old_certificate(card_key("45"));
    revoke(old, 1);
    auto told = ask(old, "end-user-ca", 16);
    EXPECT_EQ(told.certificate, V_OCSP_CERTSTATUS_REVOKED);
    EXPECT_EQ(told.reason, 1);
    EXPECT_EQ(told.nonce, 1);
    EXPECT_EQ(ask(old, "end-user-ca", 32).nonce, 1);
    EXPECT_EQ(ask(old, "end-user-ca", 0, EVP_sha256()).certificate, V_OCSP_CERTSTATUS_REVOKED);
    // A CA that nobody here knows.
    const auto id = id_of(old, old);
    std::vector<CertId> ids;
    ids.emplace_back(OCSP_CERTID_dup(id.get()));
    const auto request = question(std::move(ids));
    told = status_of(post(request), request, id);
    EXPECT_EQ(told.certificate, V_OCSP_CERTSTATUS_UNKNOWN);
    EXPECT_TRUE(store.content().log.empty()) << "what was answered stands in no log";
}

TEST_F(PkiHostTest, OcspByGet) {
    const auto id = id_of(old_certificate(card_key("45")), hierarchy().authority("end-user-ca").certificate);
    std::vector<CertId> ids;
    ids.emplace_back(OCSP_CERTID_dup(id.get()));
    const auto request = question(std::move(ids));
    std::string path;
    for (const char c : to_base64(ossl::to_der(request.get(), i2d_OCSP_REQUEST)))
        path += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    EXPECT_EQ(status_of(get("/ocsp/" + path), request, id).certificate, V_OCSP_CERTSTATUS_GOOD);
}

TEST_F(PkiHostTest, WhatIsNoQuestionIsMalformedRequest) {
    const auto malformed = [&](const net::HttpResponse& answer, const std::string& what) {
        EXPECT_EQ(answer.status, 200) << what;
        const unsigned char* cursor = answer.body.data();
        const OcspResponse response(d2i_OCSP_RESPONSE(nullptr, &cursor, static_cast<long>(answer.body.size())));
        ASSERT_TRUE(response) << what;
        EXPECT_EQ(OCSP_response_status(response.get()), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST) << what;
        expect_logged("ocsp");
        store.content().log.clear();
    };
    const auto one = old_certificate(card_key("45"));
    const auto issuer = hierarchy().authority("end-user-ca").certificate;
    std::vector<CertId> none, two, many, one_id;
    two.push_back(id_of(one, issuer));
    two.push_back(id_of(olivia.certificate, hierarchy().authority("officer-ca").certificate));
    for (int i = 0; i < 65; ++i) many.push_back(id_of(one, issuer));
    one_id.push_back(id_of(one, issuer));
    for (const auto& body : {Bytes(), Bytes{0x30, 0x00}, Bytes(100, 0x30), one.der(), to_bytes("garbage")})
        malformed(pki.handle({"POST", "/ocsp", {}, body, {}}), to_hex(body).substr(0, 20));
    malformed(post(question(std::move(none))), "no question");
    malformed(post(question(std::move(two))), "of two CAs");
    malformed(post(question(std::move(many))), "too many");
    malformed(post(question(std::move(one_id), 33)), "a long nonce");
    for (const auto* path : {"/ocsp/", "/ocsp/!!", "/ocsp/AAAA"}) malformed(get(path), path);
}

TEST_F(PkiHostTest, CrlsThatThereAreNot) {
    for (const auto* path : {"/crl/", "/crl/.crl", "/crl/nobody.crl", "/crl/root", "/crl/../root.crl", "/crl/root.crlx",
                             "/crl/response.crl", "/crl/tls.crl"}) {
        const auto answer = get(path);
        EXPECT_EQ(answer.status, 404) << path;
        EXPECT_EQ(nlohmann::json::parse(answer.body).at("error").at("code"), "request_malformed");
        expect_logged("crl");
    }
}

TEST_F(PkiHostTest, RespondersAreRenewedBeforeTheyExpire) {
    const auto old = old_certificate(card_key("45"));
    EXPECT_TRUE(ask(old, "end-user-ca").signed_well);
    clock.sleep(std::chrono::hours(24 * 30));
    EXPECT_TRUE(ask(old, "end-user-ca").signed_well);
    clock.sleep(-std::chrono::hours(24 * 60));
    EXPECT_TRUE(ask(old, "end-user-ca").signed_well);
}

TEST(Asn1Values, SerialNumbersAreHexAndNothingElse) {
    EXPECT_TRUE(serial_of("0A1B"));
    for (const auto* text : {"", "XY", "0A 1B", "0x0A"}) EXPECT_FALSE(serial_of(text)) << text;
}

}  // namespace
}  // namespace rakit::cm::test
