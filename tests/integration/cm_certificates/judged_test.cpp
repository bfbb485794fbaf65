// Issued certificates before judges that nobody here wrote: openssl, GnuTLS's certtool, strongSwan's pki.
#include <gmock/gmock.h>

#include <cstdlib>

#include "common/base/file.hpp"
#include "common/base/temporary_folder.hpp"
#include "mock_cm/core/qc_statements.hpp"
#include "tests/integration/cm_certificates/etsi_lints.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Kind {
    const char* procedure;
    const char* usage;
    ossl::KeyType key;
    const char* issuer;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.procedure; }

class Judged : public HostTest, public testing::WithParamInterface<Kind> {
protected:
    Judged() {
        clock = VirtualClock(x_system_clock.now());
        host = std::make_unique<CmHost>(config, hierarchy(), store, x_system_clock, rng);
        host->change([](Config& changed) { changed.public_url = "http://127.0.0.1:8080"; });
    }

    x509::Certificate issued(const Kind& kind) {
        auto request = redo();
        request.procedure = kind.procedure;
        request.lines[0].usage = {kind.usage};
        request.lines[0].card_key = card_key(std::string("judged ") + kind.procedure, kind.key);
        const auto answer = send(sign(pki_data(request), olivia, {}, x_system_clock.now()));
        EXPECT_EQ(answer.status, 5) << answer.info;
        return *answer.certificate_for(request.lines[0].card_key);
    }
    void put(const std::string& name, const std::string& content) {
        ASSERT_TRUE(write_file_atomically(x_folder.path() / name, as_bytes(content), 0600));
    }
    /// run gives what a command prints; the test fails if it does.
    std::string run(const std::string& command) {
        const int status = std::system(("cd '" + x_folder.path().string() + "' && " + command + " > out 2>&1").c_str());
        auto text = std::string(as_text(read_file(x_folder.path() / "out").value_or(Bytes())));
        EXPECT_EQ(status, 0) << command << "\n" << text;
        return text;
    }

    SystemClock x_system_clock;
    TemporaryFolder x_folder = *TemporaryFolder::make(std::filesystem::temp_directory_path(), "rakit-judged");
};

TEST_P(Judged, HoldsUp) {
    const auto certificate = issued(GetParam());
    const auto issuer = hierarchy().authority(GetParam().issuer).certificate;
    const auto root = hierarchy().authority("root").certificate;
    put("cert.pem", x509::to_pem(certificate));
    put("cert.der", std::string(as_text(certificate.der())));
    put("root.pem", x509::to_pem(root));
    put("issuer.pem", x509::to_pem(issuer));
    put("chain.pem", x509::to_pem(certificate) + (issuer == root ? "" : x509::to_pem(issuer)) + x509::to_pem(root));
    EXPECT_THAT(run("openssl verify -x509_strict -CAfile root.pem -untrusted issuer.pem cert.pem"), HasSubstr("OK"));
    const auto purposes = run("openssl x509 -purpose -noout -in cert.pem");
    const bool ca = certificate.is_ca();
    EXPECT_THAT(purposes, HasSubstr(ca ? "S/MIME signing CA : Yes" : "S/MIME signing CA : No"));
    EXPECT_THAT(purposes, HasSubstr("SSL server : No"));
    EXPECT_THAT(run("certtool --verify-chain --infile chain.pem"), HasSubstr("Verified. The certificate is trusted."));
    const auto seen = run("certtool -i --infile cert.pem");
    EXPECT_THAT(seen, HasSubstr("Version: 3"));
    EXPECT_THAT(seen, HasSubstr("Basic Constraints (critical)"));
    EXPECT_THAT(seen, HasSubstr("Key Usage (critical)"));
    EXPECT_THAT(seen, HasSubstr(std::string("http://127.0.0.1:8080/crl/") + GetParam().issuer + ".crl"));
    const auto printed = run("pki --print --in cert.der --type x509");
    EXPECT_THAT(printed, HasSubstr("CN=Anna Ek"));
    EXPECT_THAT(printed, HasSubstr("http://127.0.0.1:8080/ocsp"));
    EXPECT_THAT(printed, HasSubstr("authkeyId"));
    EXPECT_GE(certificate.serial_hex().size(), 16U);
    EXPECT_LE(certificate.serial_hex().size(), 40U);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Judged,
    testing::Values(Kind{"employee", "digitalSignature", ossl::KeyType::ec_p256, "end-user-ca"},
                    Kind{"employee", "nonRepudiation", ossl::KeyType::rsa2048, "end-user-ca"},
                    Kind{"employee-encryption", "keyEncipherment", ossl::KeyType::rsa2048, "end-user-ca"},
                    Kind{"employee-qualified", "nonRepudiation", ossl::KeyType::ec_p256, "end-user-ca"},
                    Kind{"ca-card", "digitalSignature", ossl::KeyType::ec_p256, "root"}));

TEST_F(Judged, AQualifiedCertificateBreaksNoEtsiLint) {
    const auto certificate = issued({"employee-qualified", "nonRepudiation", ossl::KeyType::ec_p256, "end-user-ca"});
    EXPECT_THAT(etsi_lints(certificate), testing::IsEmpty());
    put("cert.pem", x509::to_pem(certificate));
    EXPECT_THAT(run("openssl x509 -text -noout -in cert.pem"), HasSubstr("qcStatements"));
}

TEST_F(Judged, TheLintsSeeWhatIsWrong) {
    const auto bent = [&](const char* value, bool critical) {
        x509::CertificateTemplate what;
        what.serial = {0x41};
        what.subject = {{"CN", "x"}};
        what.spki = ossl::spki(card_key("45"));
        what.not_before = clock.now();
        what.not_after = clock.now() + std::chrono::days(1);
        what.extra.push_back({kQcStatementsOid, critical, *from_hex(value)});
        return etsi_lints(*hierarchy().issue("end-user-ca", what));
    };
    const std::string mandatory = "e_qcstatem_mandatory_etsi_statems";
    EXPECT_THAT(bent("300A3008060604008E460101", true),
                testing::UnorderedElementsAre("e_qcstatem_etsi_present_qcs_critical", mandatory));
    EXPECT_THAT(bent("300C300A060604008E4601010500", false),
                testing::UnorderedElementsAre("e_qcstatem_qccompliance_valid", mandatory));
    EXPECT_THAT(bent("301C301A060604008E4601053010300E1608687474703A2F2F611302656E", false),
                testing::UnorderedElementsAre("e_qcstatem_pds_must_have_https_only", mandatory));
    EXPECT_THAT(bent("3010300E060604008E46010730041302756B", false),
                testing::UnorderedElementsAre("e_qcstatem_qccclegislation_valid", mandatory));
    EXPECT_THAT(bent("300B3009060704008E46010601", false),
                testing::UnorderedElementsAre("e_qcstatem_etsi_type_as_statem", mandatory));
}

}  // namespace
}  // namespace rakit::cm::test
