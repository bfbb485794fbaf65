// Foreign tools as judges of the hierarchy, the officers' tokens and the server: openssl, certtool, curl.
#include <gmock/gmock.h>

#include "common/base/file.hpp"
#include "tests/integration/cm_http/echo_host.hpp"
#include "tests/integration/cm_http/shell.hpp"

namespace rakit::cm {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

constexpr UtcTime kFrom = std::chrono::sys_days{2024y / 1 / 1};
constexpr UtcTime kTo = std::chrono::sys_days{2053y / 1 / 1};

class Tools : public testing::Test {
protected:
    void SetUp() override {
        write("ca.pem", ca_bundle_pem(test_hierarchy()));
        write("password", "correct horse\n");
        SeededRng rng(1, "tools");
        const auto token = officer_token(test_hierarchy(), "Olga Officer", "correct horse", kFrom, kTo, rng);
        ASSERT_TRUE(token);
        write("officer.p12", as_text(token->pkcs12));
        write("officer.pem", x509::to_pem(token->certificate));
    }
    void write(const std::string& name, std::string_view content) {
        ASSERT_TRUE(write_file_atomically(x_folder / name, as_bytes(content), 0600));
    }
    std::string file(const std::string& name) const { return (x_folder / name).string(); }
    Ran convert() const {
        return run("openssl pkcs12 -in " + file("officer.p12") + " -passin file:" + file("password") + " -nodes -out " +
                   file("both.pem"));
    }
    TemporaryFolder x_folder;
};

TEST_F(Tools, OpensslVerifiesEveryCertificateStrictly) {
    for (const auto* name : {"root", "end-user-ca", "tc-issuer", "officer-ca", "response", "tls"}) {
        write("one.pem", x509::to_pem(test_hierarchy().authority(name).certificate));
        const auto ran = run("openssl verify -x509_strict -CAfile " + file("ca.pem") + " " + file("one.pem"));
        EXPECT_EQ(ran.status, 0) << name << ": " << ran.output;
    }
    const auto ran =
        run("openssl verify -x509_strict -purpose sslclient -CAfile " + file("ca.pem") + " " + file("officer.pem"));
    EXPECT_EQ(ran.status, 0) << ran.output;
}

TEST_F(Tools, OpensslVerifiesAnIssuedCertificateStrictly) {
    SeededRng rng(2, "holder");
    const auto key = ossl::generate_key(ossl::KeyType::rsa2048, rng);
    x509::CertificateTemplate what;
    what.serial = {0x42};
    what.subject = {{"C", "SE"}, {"CN", "Anna Ek"}};
    what.spki = ossl::spki(key->get());
    what.not_before = kFrom;
    what.not_after = kTo;
    what.key_usage = {"digitalSignature"};
    for (const auto* issuer : {"end-user-ca", "tc-issuer"}) {
        const auto certificate = test_hierarchy().issue(issuer, what);
        ASSERT_TRUE(certificate);
        write("one.pem", x509::to_pem(*certificate));
        const auto ran = run("openssl verify -x509_strict -CAfile " + file("ca.pem") + " " + file("one.pem"));
        EXPECT_EQ(ran.status, 0) << ran.output;
    }
}

TEST_F(Tools, CertificatesSayThatTheyAreForTests) {
    const auto text = run("openssl x509 -noout -text -in " + file("ca.pem"));
    EXPECT_EQ(text.status, 0);
    EXPECT_THAT(text.output, HasSubstr("CN = Rakit Test Root CA"));
    EXPECT_THAT(text.output, HasSubstr("never trust in production"));
    EXPECT_THAT(text.output, HasSubstr("Certificate Sign, CRL Sign"));
    const auto officer = run("openssl x509 -noout -text -in " + file("officer.pem"));
    EXPECT_THAT(officer.output, HasSubstr("CN = Olga Officer"));
    EXPECT_THAT(officer.output, HasSubstr("CMC Registration Authority, TLS Web Client Authentication"));
}

TEST_F(Tools, GnutlsReadsTheHierarchy) {
    if (run("sh -c 'command -v certtool'").status != 0) GTEST_SKIP() << "certtool is not installed: package gnutls-bin";
    const auto ran =
        run("certtool --verify --load-ca-certificate " + file("ca.pem") + " --infile " + file("officer.pem"));
    EXPECT_EQ(ran.status, 0) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr("Chain verification output: Verified"));
}

TEST_F(Tools, TokenUsesModernEncryption) {
    const auto ran =
        run("openssl pkcs12 -info -noout -in " + file("officer.p12") + " -passin file:" + file("password"));
    EXPECT_EQ(ran.status, 0) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr("MAC: sha256"));
    EXPECT_THAT(ran.output, HasSubstr("PBES2, PBKDF2, AES-256-CBC"));
    EXPECT_NE(run("openssl pkcs12 -noout -in " + file("officer.p12") + " -passin pass:wrong").status, 0);
}

class ToolsAtTheServer : public Tools {
protected:
    std::string url(const std::string& path) const {
        return "https://localhost:" + std::to_string(x_server->port()) + path;
    }
    Ran curl(const std::string& arguments) const {
        return run("curl -sS --noproxy '*' --cacert " + file("ca.pem") + " " + arguments);
    }
    Ran s_client(const std::string& arguments) const {
        return run("openssl s_client -brief -cipher ALL:@SECLEVEL=0 -CAfile " + file("ca.pem") +
                   " -verify_return_error -connect 127.0.0.1:" + std::to_string(x_server->port()) + " " + arguments);
    }
    EchoHost x_host;
    std::unique_ptr<Server> x_server = std::move(Server::start(x_host, test_hierarchy(), {})).value();
};

TEST_F(ToolsAtTheServer, CurlComesAsTheOfficer) {
    const auto converted = convert();
    ASSERT_EQ(converted.status, 0) << converted.output;
    const auto ran = curl("--cert " + file("both.pem") + " --data-binary @" + file("ca.pem") + " " + url("/cmc"));
    EXPECT_EQ(ran.status, 0) << ran.output;
    EXPECT_THAT(ran.output, testing::MatchesRegex("POST /cmc [0-9]+ Olga Officer"));
}

TEST_F(ToolsAtTheServer, CurlComesAsNobody) {
    const auto ran = curl(url("/cacerts"));
    EXPECT_EQ(ran.status, 0) << ran.output;
    EXPECT_EQ(ran.output, "GET /cacerts 0 nobody");
}

TEST_F(ToolsAtTheServer, CurlIsToldToGoOnWithABigBody) {
    write("big", std::string(1U << 20U, 'a'));
    const auto ran =
        curl("--expect100-timeout 25 -H 'Expect: 100-continue' --data-binary @" + file("big") + " " + url("/big"));
    EXPECT_EQ(ran.output, "POST /big 1048576 nobody");
}

TEST_F(ToolsAtTheServer, CurlIsToldThatABodyIsTooBig) {
    write("big", std::string((1U << 20U) + 1, 'a'));
    const auto ran = curl("-H 'Expect:' -w '%{http_code}' --data-binary @" + file("big") + " " + url("/big"));
    EXPECT_THAT(ran.output, EndsWith("413"));
}

TEST_F(ToolsAtTheServer, CurlWithoutTheCaRefuses) {
    EXPECT_EQ(run("curl -sS --noproxy '*' " + url("/")).status, 60) << "CURLE_PEER_FAILED_VERIFICATION";
}

TEST_F(ToolsAtTheServer, OldVersionsOfTlsAreRefused) {
    for (const auto* version : {"-tls1", "-tls1_1"}) {
        const auto ran = s_client(version);
        EXPECT_NE(ran.status, 0) << version;
        EXPECT_THAT(ran.output, HasSubstr("alert protocol version")) << version;
    }
    EXPECT_THAT(s_client("-tls1_2").output, HasSubstr("Protocol version: TLSv1.2"));
    EXPECT_THAT(s_client("-tls1_3").output, HasSubstr("Protocol version: TLSv1.3"));
}

TEST_F(ToolsAtTheServer, OfficerCaIsNamedInTheHandshake) {
    const auto ran = run("openssl s_client -connect 127.0.0.1:" + std::to_string(x_server->port()));
    EXPECT_THAT(ran.output,
                HasSubstr("Acceptable client certificate CA names\nO = Rakit Test - never trust in production, "
                          "CN = Rakit Test Officer CA\n"));
}

}  // namespace
}  // namespace rakit::cm
