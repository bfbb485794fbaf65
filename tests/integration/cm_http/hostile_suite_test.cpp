// covers: host-hostile
// At least 300 hostile requests to the whole host behind its front door: none is accepted, none ends it, each stands in
// the request log as refused, and the next honest request works. What is no HTTP or no TLS is hostile_test.cpp's.
#include "mock_cm/front/front_host.hpp"
#include "tests/support/cms_data.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

const std::string kMultipart = "multipart/form-data; boundary=b";
const std::string kCmc = "application/pkcs7-mime";
const std::string kJson = "application/json";

struct Hostile {
    std::string name;
    net::HttpRequest request;
};

std::string part(const std::string& name, const std::string& content) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
}

Bytes pkcs10_of(EVP_PKEY* key, EVP_PKEY* signing_key) {
    return pkcs10({{"CN", "Mallory"}}, key, signing_key, {"keyUsage=digitalSignature"});
}

class HostileSuite : public HostTest {
protected:
    net::HttpRequest request(const std::string& method, const std::string& target, const std::string& type = {},
                             Bytes body = {}) const {
        net::HttpRequest made{method, target, {}, std::move(body), olivia.certificate.der()};
        if (!type.empty()) made.headers["content-type"] = type;
        return made;
    }
    net::HttpRequest post(const std::string& target, const std::string& type, const std::string& body) const {
        return request("POST", target, type, to_bytes(body));
    }

    /// refuse sends one and looks at what it left behind.
    void refuse(const Hostile& hostile) {
        SCOPED_TRACE(hostile.name);
        store.content().log.clear();  // the store copies itself for each transaction
        const auto certificates = store.content().certificates.size();
        const auto revocations = store.content().revocations.size();
        const auto answer = front.handle(hostile.request);
        const auto& after = store.content();
        EXPECT_EQ(after.certificates.size(), certificates) << as_text(answer.body);
        EXPECT_EQ(after.revocations.size(), revocations);
        ASSERT_EQ(after.log.size(), 1U) << answer.status << " " << as_text(answer.body);
        EXPECT_FALSE(after.log.back().success) << as_text(answer.body);
        EXPECT_NE(after.log.back().code, "cm_internal") << after.log.back().message;
        EXPECT_LT(answer.status, 500);
        EXPECT_EQ(front.handle(request("GET", "/ra/procedures")).status, 200) << "the next honest one";
        ++count;
    }
    void refuse_body(const std::string& name, const std::string& target, const std::string& type, Bytes body) {
        refuse({name, request("POST", target, type, std::move(body))});
    }

    std::string enrol_form(const Bytes& pkcs10, const std::string& more = {}) const {
        return part("pkcs10", to_base64(pkcs10)) + part("procname", "employee-at-once") + more + "--b--\r\n";
    }
    Bytes data_to_sign(const net::HttpRequest& round) {
        const auto answer = front.handle(round);
        EXPECT_EQ(answer.status, 200) << as_text(answer.body);
        return *from_base64(nlohmann::json::parse(answer.body).at("dataToSign").get<std::string>());
    }
    /// cms signs as `openssl cms -sign` does, but for what the options change.
    Bytes cms(ByteView content, const Signer& signer, const rakit::test::CmsOptions& options = {}) {
        return rakit::test::sign_data(content, signer.certificate, signer.key.get(), clock.now(), options);
    }

    void changed_cmc();
    void broken_pkcs10();
    void broken_json();
    void broken_forms();
    void broken_targets();
    void wrong_people();
    void wrong_signatures();
    void broken_pki();

    FrontHost front{*host, store};
    int count = 0;
};

void HostileSuite::changed_cmc() {
    auto order = tc_redo();
    const auto content = pki_data(order);
    const Bytes good = sign(content, olivia, {*order.lines.front().tc}, clock.now());
    const auto at = std::search(good.begin(), good.end(), content.begin(), content.end()) - good.begin();
    ASSERT_LT(at, static_cast<std::ptrdiff_t>(good.size()));
    for (std::size_t i = 0; i < 60; ++i) {
        Bytes changed = good;
        changed[static_cast<std::size_t>(at) + i * content.size() / 60] ^= 0x01;
        refuse_body("octet of the signed content " + std::to_string(i), "/cmc", kCmc, changed);
        Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(i * good.size() / 60));
        refuse_body("cut " + std::to_string(i), "/cmc", kCmc, cut);
    }
    refuse_body("trailing octet", "/cmc", kCmc, concat({good, Bytes{0}}));
    refuse_body("twice", "/cmc", kCmc, concat({good, good}));
    refuse_body("deep nesting", "/cmc", kCmc, Bytes(20000, 0x30));
    refuse_body("deep JSON", "/ra/prepare", "application/json",
                to_bytes(std::string(500000, '[') + std::string(500000, ']')));
    refuse_body("endless lengths", "/cmc", kCmc, Bytes(20000, 0x80));
    refuse_body("length beyond all", "/cmc", kCmc, {0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x00});
    refuse_body("another type", "/cmc", "text/plain", good);
}

void HostileSuite::broken_pkcs10() {
    const Bytes good = pkcs10_of(card_key("holder"), card_key("holder"));
    const auto both = [&](const std::string& name, const Bytes& der) {
        refuse_body("EST: " + name, "/.well-known/est/simpleenroll", "application/pkcs10", to_bytes(to_base64(der)));
        refuse({"REST: " + name, post("/api/pkcs10", kMultipart, enrol_form(der))});
    };
    for (std::size_t i = 0; i < 30; ++i) {
        Bytes changed = good;
        changed[i * good.size() / 30] ^= 0x01;
        both("changed octet " + std::to_string(i), changed);
    }
    both("signed by another key", pkcs10_of(card_key("holder"), card_key("another")));
    both("trailing octet", concat({good, Bytes{0}}));
    both("half", Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(good.size() / 2)));
    both("a certificate", olivia.certificate.der());
    both("zeros", Bytes(500, 0));
    refuse_body("EST: no base64", "/.well-known/est/simpleenroll", "application/pkcs10", good);
    refuse_body("EST: another type", "/.well-known/est/simpleenroll", "text/plain", to_bytes(to_base64(good)));
    refuse_body("EST: unknown procedure", "/.well-known/est/nobodys/simpleenroll", "application/pkcs10",
                to_bytes(to_base64(good)));
}

void HostileSuite::broken_json() {
    const std::string good =
        R"({"version":1,"procedure":"employee-tc","card":{"serial":"0A1B","atr":"3B80","profile":"pkcs15"},"lines":[]})";
    for (const std::string& text : {std::string(),
                                    std::string("{"),
                                    std::string("[]"),
                                    std::string("null"),
                                    std::string("1e999"),
                                    std::string("{}"),
                                    std::string("\xFF\xFE"),
                                    std::string("{\"version\":1}"),
                                    std::string("{\"version\":2}"),
                                    std::string(100000, '['),
                                    std::string(100000, '{'),
                                    "{\"a\":" + std::string(100000, '['),
                                    good + "x",
                                    good + good,
                                    std::string("{\"version\":1,\"version\":1}"),
                                    std::string("{\"version\":\"1\"}"),
                                    std::string("{\"procedure\":null}"),
                                    std::string("\xEF\xBB\xBF") + good,
                                    "/* */" + good,
                                    std::string("NaN"),
                                    std::string("{'version':1}"),
                                    std::string(1, '\0') + good,
                                    std::string(100000, '"'),
                                    std::string("\"\\uD800\"")})
        refuse({"JSON " + text.substr(0, 30), post("/ra/prepare", kJson, text)});
    for (std::size_t i = 0; i < good.size(); i += 6)
        refuse({"JSON cut at " + std::to_string(i), post("/ra/prepare", kJson, good.substr(0, i))});
    refuse({"JSON as text", post("/ra/prepare", "text/plain", good)});
}

void HostileSuite::broken_forms() {
    const auto form = enrol_form(pkcs10_of(card_key("holder"), card_key("holder")));
    const std::string one = part("certid", "1");
    std::string many;
    for (int i = 0; i < 40; ++i) many += part("p" + std::to_string(i), "x");
    for (const std::string& body :
         {std::string(),
          std::string("--b"),
          std::string("--b--"),
          std::string("--b\r\n"),
          std::string("--c--\r\n"),
          "preamble\r\n" + form,
          form + "epilogue",
          one,
          one + "--b",
          one + one + "--b--\r\n",
          many + "--b--\r\n",
          std::string("--b\r\n\r\nx\r\n--b--\r\n"),
          std::string("--b\r\nno colon\r\n\r\nx\r\n--b--\r\n"),
          std::string("--b\r\nContent-Disposition: attachment; name=x\r\n\r\nx\r\n--b--\r\n"),
          std::string("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
          std::string("--b\r\nContent-Disposition: form-data; name=\"\r\n\r\nx\r\n--b--\r\n"),
          "--b\r\nContent-Disposition: form-data; name=" + std::string(5000, 'n') + "\r\n\r\nx\r\n--b--\r\n",
          part("unknown", "x") + "--b--\r\n",
          part("certid", "-1") + "--b--\r\n",
          part("certid", "1e3") + "--b--\r\n",
          part("certid", std::string(400, '9')) + "--b--\r\n",
          part("certid", "1' OR '1'='1") + "--b--\r\n",
          one + part("reason", "certificateHold") + "--b--\r\n",
          one + part("reason", "99") + "--b--\r\n",
          part("certificateserialnumber", "XYZ") + "--b--\r\n",
          one + part("certificateserialnumber", "01") + "--b--\r\n",
          std::string(200000, '-'),
          std::string(1000, '\0'),
          form.substr(0, form.size() / 2)})
        refuse({"form " + body.substr(0, 60), post("/api/certificates/revoke", kMultipart, body)});
    for (const char* type : {"", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=b",
                             "multipart/form-data; boundary=\"b", "application/json", ";;;",
                             "multipart/form-data; boundary=b; boundary=c"})
        refuse({std::string("form type ") + type, post("/api/certificates/pkcs10", type, form)});
    const auto refused_form = [&](const std::string& more) {
        refuse({"form with " + more.substr(0, 60),
                post("/api/pkcs10", kMultipart, enrol_form(pkcs10_of(card_key("holder"), card_key("holder")), more))});
    };
    refused_form(part("validfrom", "yesterday"));
    refused_form(part("validto", "2026-13-01"));
    refused_form(part("signature", "no base64!"));
    refused_form(part("signature", ""));
    refused_form(part("signature", to_base64(Bytes(1000, 0x30))));
}

void HostileSuite::broken_targets() {
    for (const char* query : {"searchLimit=501",
                              "searchLimit=0",
                              "searchLimit=-1",
                              "searchLimit=x",
                              "searchOffset=-1",
                              "searchOffset=99999999999",
                              "unknown=1",
                              "=1",
                              "isNotRevoked=maybe",
                              "orderBy=position;DROP%20TABLE%20log",
                              "orderDescending=1",
                              "cardSerialNumber=%",
                              "cardSerialNumber=%4",
                              "cardSerialNumber=%ZZ",
                              "cardSerialNumber=%00",
                              "cardSerialNumber=1&cardSerialNumber=2",
                              "cardSerialNumber='OR'1",
                              "certificateSerialNumber=*1",
                              "subjectCommonName=",
                              "validFrom=now",
                              "validTo=2026-02-30T00:00:00"})
        refuse({std::string("query ") + query, request("GET", std::string("/api/certificates?") + query)});
    for (const char* target : {"/",
                               "",
                               "*",
                               "//",
                               "/..",
                               "/../../etc/passwd",
                               "/cmc/",
                               "/CMC",
                               "/ra/",
                               "/ra/prepare/x",
                               "/pgwy",
                               "/pgwy/api/",
                               "/api/certificates/0/details",
                               "/api/certificates/-1/details",
                               "/api/certificates/1",
                               "/api/certificates/1/details/x",
                               "/api/certificates/1%2Fdetails",
                               "/api/certificates/%/details",
                               "/api/certificates/99999999999999999999/download",
                               "/api/unknown",
                               "/.well-known/est/",
                               "/.well-known/est/csrattrs",
                               "/.well-known/est/fullcmc",
                               "/deviations",
                               "/state",
                               "/crl/",
                               "/crl/../root.crl",
                               "/crl/nobody.crl",
                               "/crl/%00.crl"})
        refuse({std::string("target ") + target, request("GET", target)});
    for (const char* target : {"/cacerts", "/cmc", "/ra/procedures", "/ra/prepare", "/openapi.json", "/crl/root.crl",
                               "/ocsp", "/.well-known/est/cacerts", "/api/certificates", "/api/pkcs10"})
        for (const char* method : {"DELETE", "PUT"})
            refuse({std::string(method) + " " + target, request(method, target)});
}

void HostileSuite::wrong_people() {
    const auto pkcs10 = pkcs10_of(card_key("holder"), card_key("holder"));
    const auto stranger = officer("Olivia Officer", {"1.3.6.1.5.5.7.3.28", "clientAuth"}, "end-user-ca");
    const auto expired =
        officer("Olivia Officer", {"1.3.6.1.5.5.7.3.28", "clientAuth"}, "officer-ca", "2025-06-01T00:00:00Z");
    const auto closed = officer("Clara Closed"), nobody = officer("Nobody At All");
    auto order = tc_redo();
    const auto message = encode(order);
    for (const auto& [who, der] : {std::pair{"nobody", Bytes()},
                                   {"of another CA", stranger.certificate.der()},
                                   {"expired", expired.certificate.der()},
                                   {"closed", closed.certificate.der()},
                                   {"unknown", nobody.certificate.der()},
                                   {"garbage", Bytes(100, 0x30)}}) {
        for (auto made :
             {request("GET", "/ra/procedures"), request("POST", "/cmc", kCmc, message),
              request("GET", "/api/certificates"), request("GET", "/api/procedures"),
              request("GET", "/api/certificates/1/download"), post("/api/pkcs10", kMultipart, enrol_form(pkcs10)),
              post("/api/certificates/revoke", kMultipart, part("certid", "1") + "--b--\r\n"),
              request("POST", "/.well-known/est/simpleenroll", "application/pkcs10", to_bytes(to_base64(pkcs10)))}) {
            made.peer_certificate = der;
            refuse({std::string(who) + " at " + made.target, made});
        }
    }
}

void HostileSuite::wrong_signatures() {
    const auto pkcs10 = pkcs10_of(card_key("holder"), card_key("holder"));
    const auto first = post("/api/pkcs10", kMultipart, enrol_form(pkcs10));
    const auto second = [&](const std::string& name, const Bytes& signature, const Bytes& what) {
        refuse({name, post("/api/pkcs10", kMultipart, enrol_form(what, part("signature", to_base64(signature))))});
    };
    const auto octets = data_to_sign(first);
    for (const auto& [who, signer] :
         {std::pair{"closed", officer("Clara Closed")},
          {"without the role", officer("Rolf Roleless")},
          {"authentication officer", officer("Aron Authenticator")},
          {"without cmcRA", officer("Olivia Officer", {"clientAuth"})},
          {"of another CA", officer("Olivia Officer", {"1.3.6.1.5.5.7.3.28"}, "end-user-ca")}})
        second(who, cms(data_to_sign(first), signer), pkcs10);
    second("other octets", cms(to_bytes("{}"), olivia), pkcs10);
    second("a comma more", cms(concat({octets, to_bytes(",")}), olivia), pkcs10);
    second("detached", cms(octets, olivia, {.flags = CMS_DETACHED}), pkcs10);
    second("SHA-1", cms(octets, olivia, {.digest = EVP_sha1()}), pkcs10);
    second("without certificate", cms(octets, olivia, {.flags = CMS_NOCERTS}), pkcs10);
    second("the order of another form", cms(octets, olivia), pkcs10_of(card_key("another"), card_key("another")));
    second("a CMC message", encode(*std::make_unique<Request>(tc_redo())), pkcs10);
    Bytes changed = cms(octets, olivia);
    changed.back() ^= 1;
    second("a changed signature", changed, pkcs10);
    const auto late = cms(octets, olivia);
    clock.sleep(std::chrono::minutes(20));
    second("too late", late, pkcs10);
    second("offered too long ago", cms(octets, olivia), pkcs10);
    const auto fresh = cms(data_to_sign(first), olivia);
    ASSERT_EQ(
        front.handle(post("/api/pkcs10", kMultipart, enrol_form(pkcs10, part("signature", to_base64(fresh))))).status,
        200)
        << "the honest one";
    second("replayed", fresh, pkcs10);
}

void HostileSuite::broken_pki() {
    for (const auto& body : {Bytes(), Bytes(1, 0x30), Bytes(3000, 0x30), Bytes(100, 0xFF), to_bytes("garbage"),
                             Bytes{0x30, 0x03, 0x30, 0x01, 0x00}, Bytes{0x30, 0x00}, olivia.certificate.der()})
        refuse({"OCSP", request("POST", "/ocsp", "application/ocsp-request", body)});
    refuse({"OCSP as text", post("/ocsp", "text/plain", "x")});
    for (const char* path : {"/ocsp/", "/ocsp/%%%", "/ocsp/!!!!", "/ocsp/AAAA", "/ocsp/MAA="})
        refuse({path, request("GET", path)});
}

TEST_F(HostileSuite, IsRefusedLoggedAndSurvived) {
    changed_cmc();
    broken_pkcs10();
    broken_json();
    broken_forms();
    broken_targets();
    wrong_people();
    wrong_signatures();
    broken_pki();
    EXPECT_GE(count, 300);
    RecordProperty("hostile_requests", count);
    std::printf("%d hostile requests\n", count);
}

}  // namespace
}  // namespace rakit::cm::test
