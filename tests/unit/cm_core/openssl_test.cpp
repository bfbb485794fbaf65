#include <cstdlib>
#include <filesystem>

#include "common/base/file.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

namespace fs = std::filesystem;

/// OpensslTest has the openssl program as an outside judge; the machine's clock, since the program knows no other.
class OpensslTest : public HostTest {
protected:
    OpensslTest() : x_folder(fs::temp_directory_path() / ("rakit_cm_core_" + to_hex(SystemRng().bytes(8)))) {
        fs::create_directories(x_folder);
        host = std::make_unique<CmHost>(config, hierarchy(), store, x_system_clock, rng);
        put("officer.pem", x509::to_pem(olivia.certificate));
        put("root.pem", x509::to_pem(hierarchy().authority("root").certificate));
        put("officer.key", ossl::private_key_der(olivia.key.get()));
    }
    ~OpensslTest() override { fs::remove_all(x_folder); }

    void put(const std::string& name, const std::string& text) { put(name, to_bytes(text)); }
    void put(const std::string& name, const Bytes& octets) {
        ASSERT_TRUE(write_file_atomically(x_folder / name, octets, 0600));
    }
    Bytes get(const std::string& name) { return read_file(x_folder / name).value_or(Bytes()); }
    int openssl(const std::string& arguments) {
        return std::system(("cd '" + x_folder.string() + "' && openssl " + arguments + " 2> stderr").c_str());
    }
    std::string complaint() { return std::string(as_text(get("stderr"))); }
    net::HttpResponse post(const Bytes& message) {
        return host->handle({"POST",
                             "/cmc",
                             {{"content-type", "application/pkcs7-mime; smime-type=CMC-request"}},
                             message,
                             olivia.certificate.der()});
    }

private:
    fs::path x_folder;
    SystemClock x_system_clock;
};

TEST_F(OpensslTest, ARequestMadeByTheProgramIsAcceptedAndTheAnswerVerifies) {
    auto request = tc_redo();
    put("request.der", pki_data(request));
    put("tc.pem", x509::to_pem(*request.lines[0].tc));
    ASSERT_EQ(openssl("cms -sign -binary -nodetach -econtent_type 1.3.6.1.5.5.7.12.2 -in request.der -outform DER "
                      "-signer officer.pem -inkey officer.key -keyform DER -certfile tc.pem -out request.cms"),
              0)
        << complaint();
    const auto response = post(get("request.cms"));
    ASSERT_EQ(response.status, 200);
    ASSERT_EQ(store.content().certificates.size(), 1U) << store.content().log.back().message;
    put("response.cms", response.body);
    ASSERT_EQ(openssl("cms -verify -purpose any -inform DER -in response.cms -CAfile root.pem -out response.der "
                      "-certsout bag.pem"),
              0)
        << complaint();
    EXPECT_EQ(openssl("asn1parse -inform DER -in response.der > /dev/null"), 0) << complaint();
    put("issued.pem", x509::to_pem(*x509::Certificate::parse(store.content().certificates[0].der)));
    put("ca.pem", x509::to_pem(hierarchy().authority("end-user-ca").certificate));
    EXPECT_EQ(
        openssl("verify -x509_strict -purpose sslclient -CAfile root.pem -untrusted ca.pem issued.pem > /dev/null"), 0)
        << complaint();
}

TEST_F(OpensslTest, BerWithIndefiniteLengthsIsAccepted) {
    auto request = tc_redo();
    put("request.der", pki_data(request));
    put("tc.pem", x509::to_pem(*request.lines[0].tc));
    ASSERT_EQ(
        openssl("cms -sign -binary -nodetach -stream -econtent_type 1.3.6.1.5.5.7.12.2 -in request.der -outform DER "
                "-signer officer.pem -inkey officer.key -keyform DER -certfile tc.pem -out request.cms"),
        0)
        << complaint();
    post(get("request.cms"));
    EXPECT_EQ(store.content().certificates.size(), 1U) << store.content().log.back().message;
}

TEST_F(OpensslTest, AWeakDigestAndTwoSignersAreRefused) {
    auto request = tc_redo();
    put("request.der", pki_data(request));
    put("tc.pem", x509::to_pem(*request.lines[0].tc));
    const std::string sign =
        "cms -sign -binary -nodetach -econtent_type 1.3.6.1.5.5.7.12.2 -in request.der -outform DER "
        "-signer officer.pem -inkey officer.key -keyform DER -certfile tc.pem -out request.cms ";
    ASSERT_EQ(openssl(sign + "-md sha1"), 0) << complaint();
    post(get("request.cms"));
    EXPECT_EQ(store.content().log.back().code, "signature_invalid");
    ASSERT_EQ(openssl(sign + "-noattr"), 0) << complaint();
    post(get("request.cms"));
    EXPECT_EQ(store.content().log.back().code, "signature_invalid");
    const auto second = officer("Rolf Roleless");
    put("second.pem", x509::to_pem(second.certificate));
    put("second.key", ossl::private_key_der(second.key.get()));
    ASSERT_EQ(openssl(sign + "-signer second.pem -inkey second.key"), 0) << complaint();
    post(get("request.cms"));
    EXPECT_EQ(store.content().log.back().code, "signature_invalid");
    EXPECT_TRUE(store.content().certificates.empty());
}

TEST_F(OpensslTest, CacertsAreReadByTheProgram) {
    const auto response = host->handle({"GET", "/cacerts", {}, {}, {}});
    put("cacerts.der", from_base64(as_text(response.body)).value_or(Bytes()));
    ASSERT_EQ(openssl("pkcs7 -inform DER -in cacerts.der -print_certs -out list.txt"), 0) << complaint();
    EXPECT_NE(as_text(get("list.txt")).find("Rakit Test End User CA"), std::string_view::npos);
}

}  // namespace
}  // namespace rakit::cm::test
