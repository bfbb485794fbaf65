#include "mock_cm/ca/hierarchy.hpp"

#include <gmock/gmock.h>

#include <array>

namespace rakit::cm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr UtcTime kStart = std::chrono::sys_days{2025y / 1 / 1};
constexpr UtcTime kEnd = std::chrono::sys_days{2035y / 1 / 1};

const Hierarchy& hierarchy() {
    static const auto made = Hierarchy::from_seed(Hierarchy::kDefaultSeed);
    return *made;
}

struct AuthorityRow {
    const char* name;
    const char* issuer;
    ossl::KeyType key;
    bool ca;
};

constexpr std::array kAuthorities{
    AuthorityRow{"root", "root", ossl::KeyType::ec_p256, true},
    AuthorityRow{"end-user-ca", "root", ossl::KeyType::ec_p256, true},
    AuthorityRow{"tc-issuer", "root", ossl::KeyType::rsa2048, true},
    AuthorityRow{"officer-ca", "root", ossl::KeyType::ec_p256, true},
    AuthorityRow{"response", "root", ossl::KeyType::ec_p256, false},
    AuthorityRow{"tls", "root", ossl::KeyType::ec_p256, false},
};

TEST(Hierarchy, HasEachAuthorityAsTheContractSays) {
    for (const auto& row : kAuthorities) {
        SCOPED_TRACE(row.name);
        const auto& [certificate, key] = hierarchy().authority(row.name);
        EXPECT_EQ(ossl::key_type(key.get()), row.key);
        EXPECT_EQ(certificate.spki(), ossl::spki(key.get()));
        EXPECT_EQ(certificate.is_ca(), row.ca);
        EXPECT_TRUE(certificate.signed_by(hierarchy().authority(row.issuer).certificate));
        EXPECT_THAT(x509::attribute(certificate.subject(), "CN"), HasSubstr("Rakit Test"));
        EXPECT_EQ(to_iso8601(certificate.not_before()), "2024-01-01T00:00:00Z");
        EXPECT_EQ(to_iso8601(certificate.not_after()), "2054-01-01T00:00:00Z");
    }
}

TEST(Hierarchy, SameSeedSameKeysAndNumbers) {
    const auto again = Hierarchy::from_seed(Hierarchy::kDefaultSeed);
    ASSERT_TRUE(again);
    for (const auto& row : kAuthorities) {
        SCOPED_TRACE(row.name);
        const auto& one = hierarchy().authority(row.name).certificate;
        const auto& other = again->authority(row.name).certificate;
        EXPECT_EQ(one.spki(), other.spki());
        EXPECT_EQ(one.serial_hex(), other.serial_hex());
        EXPECT_TRUE(one.signed_by(again->authority(row.issuer).certificate));
    }
}

TEST(Hierarchy, AnotherSeedIsAStranger) {
    const auto other = Hierarchy::from_seed(7);
    ASSERT_TRUE(other);
    const auto& stranger = other->authority("officer-ca").certificate;
    EXPECT_FALSE(x509::chains(stranger, {}, {hierarchy().authority("root").certificate}, kStart));
}

TEST(Hierarchy, ResponseKeyMaySignResponsesAndTlsServe) {
    EXPECT_THAT(hierarchy().authority("response").certificate.extended_key_usages(), ElementsAre("1.3.6.1.5.5.7.3.27"));
    EXPECT_THAT(hierarchy().authority("tls").certificate.extended_key_usages(), ElementsAre("1.3.6.1.5.5.7.3.1"));
}

TEST(Hierarchy, UnknownAuthorityAborts) { EXPECT_DEATH(hierarchy().authority("nobody"), ""); }

TEST(Hierarchy, TransportCertificatesAreTheSameOctetsEachTime) {
    x509::CertificateTemplate what;
    what.serial = {1};
    what.subject = {{"CN", "TC"}};
    what.spki = hierarchy().authority("tls").certificate.spki();
    what.not_before = kStart;
    what.not_after = kEnd;
    const auto one = hierarchy().issue("tc-issuer", what);
    const auto other = hierarchy().issue("tc-issuer", what);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->der(), other->der());
}

TEST(CaBundle, HoldsTheFourAuthoritiesRootFirst) {
    const auto certificates = x509::parse_pem(ca_bundle_pem(hierarchy()));
    ASSERT_TRUE(certificates);
    ASSERT_EQ(certificates->size(), 4U);
    EXPECT_EQ(certificates->front(), hierarchy().authority("root").certificate);
}

class Token : public testing::Test {
protected:
    SeededRng x_rng{1, "officer"};
    Result<OfficerToken> x_token = officer_token(hierarchy(), "Olga Officer", "a secret", kStart, kEnd, x_rng);
};

TEST_F(Token, ChainsToTheOfficerCaAndMaySignRequests) {
    ASSERT_TRUE(x_token);
    EXPECT_EQ(x509::attribute(x_token->certificate.subject(), "CN"), "Olga Officer");
    EXPECT_TRUE(x_token->certificate.signed_by(hierarchy().authority("officer-ca").certificate));
    EXPECT_THAT(x_token->certificate.extended_key_usages(),
                testing::UnorderedElementsAre("1.3.6.1.5.5.7.3.28", "1.3.6.1.5.5.7.3.2"));
}

TEST_F(Token, OpensWithItsPasswordAndHoldsTheChain) {
    ASSERT_TRUE(x_token);
    const auto* cursor = x_token->pkcs12.data();
    const ossl::Pkcs12 token(d2i_PKCS12(nullptr, &cursor, static_cast<long>(x_token->pkcs12.size())));
    ASSERT_TRUE(token);
    EXPECT_EQ(PKCS12_verify_mac(token.get(), "another", -1), 0);
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* chain = nullptr;
    ASSERT_EQ(PKCS12_parse(token.get(), "a secret", &key, &certificate, &chain), 1);
    const ossl::PKey own_key(key);
    const ossl::X509Certificate own_certificate(certificate);
    const ossl::Certificates own_chain(chain);
    EXPECT_EQ(ossl::spki(key), x_token->certificate.spki());
    EXPECT_EQ(sk_X509_num(chain), 2);
}

}  // namespace
}  // namespace rakit::cm
