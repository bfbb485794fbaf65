#include <openssl/pem.h>
#include "mock_cm/core/issuer_constraints.hpp"
#include "mock_cm/core/pattern.hpp"

#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

using nlohmann::json;
using x509::DistinguishedName;

/// kRules is the worked example: OR between rules, AND inside, `<>` means not equal.
const std::vector<IssuerRule> kRules{
    {{"C", "DE"}, {"O", "Org1"}, {"OU", "QC Root CA"}},
    {{"C", "DE"}, {"O", "Org2"}, {"L", "Location A", false}, {"L", "Location B", false}},
    {{"C", "SE"}, {"O", "Nexus"}}};

TEST(IssuerConstraints, WorkedExample) {
    const auto allowed = [](const DistinguishedName& issuer) { return may_use_issuer(kRules, issuer); };
    EXPECT_TRUE(allowed({{"C", "DE"}, {"O", "Org2"}, {"OU", "CA4"}}));
    EXPECT_FALSE(allowed({{"C", "SE"}, {"O", "Org1"}, {"OU", "QC Root CA"}}));
    EXPECT_TRUE(allowed({{"C", "DE"}, {"O", "Org1"}, {"OU", "QC Root CA"}}));
    EXPECT_FALSE(allowed({{"C", "DE"}, {"O", "Org2"}, {"L", "Location A"}}));
    EXPECT_FALSE(allowed({{"C", "DE"}, {"O", "Org2"}, {"L", "Location B"}}));
    EXPECT_TRUE(allowed({{"C", "DE"}, {"O", "Org2"}, {"L", "Location C"}}));
    EXPECT_TRUE(allowed({{"C", "SE"}, {"O", "nexus"}}));
    EXPECT_FALSE(allowed({}));
    EXPECT_TRUE(may_use_issuer({}, {{"C", "DE"}}));
}

TEST(PatternTest, CountsCharactersNotOctets) {
    EXPECT_TRUE(Pattern::parse("[Å]{2}")->matches("ÅÅ"));
    EXPECT_FALSE(Pattern::parse("[A-Z]{2}")->matches("ABC"));
    EXPECT_FALSE(Pattern::parse("("));
    EXPECT_EQ(characters("a\xFF\xC3").size(), 3U);
    EXPECT_EQ(characters("😀")[0], L'\U0001F600');
}

class ProcedureTest : public HostTest {
protected:
    std::string code(const std::string& procedure, const std::string& serial = "0A1B2C3D") {
        auto request = redo();
        request.procedure = procedure;
        request.serial = serial;
        request.transaction = rng.bytes(16);
        request.transaction[0] = 0x11;
        return order(request).code();
    }
    static json prepare_body(const std::string& procedure, const std::string& serial = "0C0FFEE000000001") {
        return {{"version", 1},
                {"procedure", procedure},
                {"card", {{"serial", serial}, {"atr", "3B85"}, {"profile", "pkcs15"}}},
                {"lines", json::array({{{"key", "45"},
                                        {"action", "redo"},
                                        {"type", "rsa-2048"},
                                        {"usage", json::array({"digitalSignature"})},
                                        {"transportCertificate", false}}})}};
    }
};

TEST_F(ProcedureTest, OfficersSeeWhatTheyMay) {
    olivia = officer("Iris Issuer");
    EXPECT_EQ(code("employee"), "issuer_constraint");
    EXPECT_EQ(code("ca-card"), "");
    olivia = officer("Dora Domain");
    EXPECT_EQ(code("employee-headquarters"), "domain_not_visible");
    EXPECT_EQ(code("employee"), "");
    const auto list = json::parse(host->handle({"GET", "/ra/procedures", {}, {}, olivia.certificate.der()}).body);
    for (const auto& one : list["procedures"]) EXPECT_NE(one["name"], "employee-headquarters");
}

TEST_F(ProcedureTest, TheOfficersGroupComesBeforeTheProcedures) {
    host->change([](Config& changed) {
        for (auto& one : changed.token_procedures)
            if (one.name == "employee-headquarters") one.active = false;
        for (auto& one : changed.officers)
            if (one.name == "Iris Issuer") one.domains = {"branch"};
    });
    olivia = officer("Iris Issuer");
    EXPECT_EQ(code("employee-headquarters"), "issuer_constraint");
    olivia = officer("Dora Domain");
    EXPECT_EQ(code("employee-headquarters"), "domain_not_visible");
}

TEST_F(ProcedureTest, CardsOfTheRangeAndOfTheRegister) {
    EXPECT_EQ(code("employee-range"), "");
    EXPECT_EQ(code("employee-range", "0B000000"), "card_serial_out_of_range");
    EXPECT_EQ(code("employee-known"), "card_unknown");
    EXPECT_EQ(code("employee-known", "0C0FFEE000000002"), "");
}

TEST_F(ProcedureTest, FieldsOfOtherRolesAreNeitherShownNorTaken) {
    host->change([](Config& changed) { changed.officers[0].roles = {Role::use_clients, Role::issue_certificate}; });
    auto request = redo();
    request.procedure = "employee-qualified";
    request.lines[0].usage = {"nonRepudiation"};
    request.lines[0].replaces->revoke = false;
    EXPECT_EQ(order(request).code(), "field_not_allowed");  // organization
    auto body = prepare_body("employee-qualified");
    body["lines"][0]["usage"] = {"nonRepudiation"};
    const auto answer = json::parse(post_prepare(body).body);
    for (const auto& one : answer.at("fields")) EXPECT_NE(one["name"], "organization");
}

TEST_F(ProcedureTest, TheFormatSaysWhatFits) {
    const auto with = [&](const std::string& field, const std::string& value) {
        auto request = redo();
        request.procedure = "employee-qualified";
        request.lines[0].usage = {"nonRepudiation"};
        request.fields = {{"commonName", "Anna Ek"}, {field, value}};
        request.transaction = rng.bytes(16);
        request.transaction[0] = 0x12;
        return order(request).code();
    };
    EXPECT_EQ(with("surname", std::string(40, 'a')), "");
    EXPECT_EQ(with("surname", std::string(41, 'a')), "field_invalid");
    EXPECT_EQ(with("serialNumber", "PNOSE-1"), "");
    EXPECT_EQ(with("serialNumber", "x"), "field_invalid");
    EXPECT_EQ(with("title", "Dr"), "field_not_allowed");
}

TEST_F(ProcedureTest, IssuerCertificatesAndOpPinMakeTheCaDialog) {
    auto answer = json::parse(post_prepare(prepare_body("employee-ca")).body);
    EXPECT_EQ(answer["dialog"], "ca");
    EXPECT_EQ(answer["issuerCertificates"]["stored"], true);
    EXPECT_EQ(answer["opPin"], (json{{"required", true}, {"held", true}, {"value", "87654321"}}));
    answer = json::parse(post_prepare(prepare_body("employee-ca", "0A1B2C3D")).body);
    EXPECT_EQ(answer["opPin"], (json{{"required", true}, {"held", false}}));
    EXPECT_EQ(json::parse(post_prepare(prepare_body("ca-card")).body)["dialog"], "ca");
    for (const auto& entry : store.content().log) EXPECT_EQ(entry.message.find("87654321"), std::string::npos);
}

TEST_F(ProcedureTest, AnOpPinOfTheDatabaseIsHandedOut) {
    ASSERT_TRUE(host->hold_op_pin("0A1B2C3D", as_bytes("13572468")));
    const auto answer = json::parse(post_prepare(prepare_body("employee-ca", "0A1B2C3D")).body);
    EXPECT_EQ(answer["opPin"], (json{{"required", true}, {"held", true}, {"value", "13572468"}}));
}

TEST_F(ProcedureTest, ACaCertificateForACardKey) {
    auto request = redo();
    request.procedure = "ca-card";
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5) << answer.info;
    const auto& certificate = *answer.certificate_for(card_key("45"));
    EXPECT_TRUE(certificate.is_ca());
    EXPECT_EQ(X509_get_pathlen(certificate.handle()), 0);
    EXPECT_EQ(certificate.key_usage(), static_cast<unsigned>(KU_KEY_CERT_SIGN | KU_CRL_SIGN));
    EXPECT_TRUE(x509::chains(certificate, {}, {hierarchy().authority("root").certificate}, clock.now()));
}

TEST_F(ProcedureTest, AKeyThatCannotSignGoesByCrmfWithAWitness) {
    auto request = redo();
    request.procedure = "employee-encryption";
    request.lines[0].usage = {"keyEncipherment"};
    request.lines[0].card_key = card_key("rsa", ossl::KeyType::rsa2048);
    request.lines[0].crmf = true;
    const auto answer = order(request);
    ASSERT_EQ(answer.status, 5) << answer.info;
    const auto* certificate = answer.certificate_for(request.lines[0].card_key);
    ASSERT_NE(certificate, nullptr);
    EXPECT_EQ(certificate->key_usage(), static_cast<unsigned>(KU_KEY_ENCIPHERMENT));
    EXPECT_EQ(confirm(request, answer, true).status, 0);
}

TEST_F(ProcedureTest, RaVerifiedWithoutWitnessIsNoPossession) {
    auto request = redo();
    request.lines[0].crmf = true;
    request.lines[0].witnessed = false;
    const auto answer = order(request);
    EXPECT_EQ(answer.code(), "pop_failed");
    EXPECT_EQ(answer.fail_info, 9);
    EXPECT_NE(store.content().log.back().message.find("lraPOPWitness"), std::string::npos);
    auto with_tc = tc_redo();
    with_tc.lines[0].crmf = true;
    with_tc.lines[0].witnessed = false;
    EXPECT_EQ(order(with_tc).code(), "tc_no_possession");
}

TEST_F(ProcedureTest, AWitnessMustNameARequest) {
    auto request = redo();
    request.extra_controls = tagged_attribute(90, 11, *from_hex("3008020100300302014D"));
    EXPECT_EQ(order(request).code(), "request_malformed");
}

TEST_F(ProcedureTest, ATcOnItsIssuersCrlIsRevoked) {
    auto request = tc_redo();
    const auto& issuer = hierarchy().authority("tc-issuer");
    const ossl::X509Crl crl(X509_CRL_new());
    X509_CRL_set_version(crl.get(), 1);
    X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.certificate.handle()));
    const ossl::Handle<ASN1_TIME, ASN1_TIME_free> time(ASN1_TIME_set(nullptr, 1735689600));
    X509_CRL_set1_lastUpdate(crl.get(), time.get());
    X509_CRL_set1_nextUpdate(crl.get(), time.get());
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(request.lines[0].tc->handle()));
    X509_REVOKED_set_revocationDate(entry, time.get());
    X509_CRL_add0_revoked(crl.get(), entry);
    const auto config_with = [&](const char* signer) {
        X509_CRL_sign(crl.get(), hierarchy().authority(signer).key.get(), EVP_sha256());
        const ossl::Bio bio(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509_CRL(bio.get(), crl.get());
        const auto pem = ossl::bio_content(bio.get());
        host->change([&](Config& changed) { changed.crls = {*Crl::parse_pem(as_text(pem))}; });
    };
    config_with("tc-issuer");
    const auto answer = order(request);
    EXPECT_EQ(answer.code(), "tc_revoked");
    EXPECT_NE(answer.info["error"]["message"].get<std::string>().find("2025-01-01T00:00:00Z"), std::string::npos);
    config_with("root");  // in the issuer's name, signed by somebody else
    EXPECT_EQ(order(request).status, 5);
}

TEST_F(ProcedureTest, RevocationAddressesIfTheHostHasAPublicUrl) {
    host->change([](Config& changed) { changed.public_url = "http://127.0.0.1:8080"; });
    auto request = redo();
    const auto answer = order(request);
    const auto* certificate = answer.certificate_for(card_key("45"));
    const auto text = as_text(certificate->der());
    EXPECT_NE(text.find("http://127.0.0.1:8080/crl/end-user-ca.crl"), std::string_view::npos);
    EXPECT_NE(text.find("http://127.0.0.1:8080/ocsp"), std::string_view::npos);
}

TEST_F(ProcedureTest, ASeedMakesARunReproducible) {
    const auto issued = [&](bool repeatable) {
        rng = SeededRng(7, "cm host test");
        store.content() = {};
        configure([&](Config& changed) { changed.repeatable = repeatable; });
        auto request = redo();
        return *order(request).certificate_for(card_key("45"));
    };
    EXPECT_EQ(issued(true), issued(true));
    EXPECT_EQ(issued(false).serial_hex(), issued(true).serial_hex());
    EXPECT_NE(issued(false), issued(false)) << "ordinary signatures take a fresh nonce";
}

}  // namespace
}  // namespace rakit::cm::test
