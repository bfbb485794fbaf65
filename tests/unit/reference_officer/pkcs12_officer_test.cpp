#include "reference/officer/pkcs12_officer.hpp"

#include <gtest/gtest.h>

#include "common/x509/builder.hpp"

namespace rakit::reference {
namespace {

ossl::PKey key(const char* label) {
    SeededRng rng(7, label);
    return *ossl::generate_key(ossl::KeyType::ec_p256, rng);
}

x509::Certificate certificate(const char* name, EVP_PKEY* own, const std::optional<x509::Certificate>& issuer,
                              EVP_PKEY* issuer_key) {
    x509::CertificateTemplate what;
    what.serial = {0x01};
    what.subject = {{"CN", name}};
    what.spki = ossl::spki(own);
    what.not_before = *from_iso8601("2020-01-01T00:00:00Z");
    what.not_after = *from_iso8601("2060-01-01T00:00:00Z");
    what.ca = !issuer || issuer->subject() == x509::DistinguishedName{{"CN", "Root"}};
    return *issue(what, issuer, issuer_key);
}

struct Token {
    ossl::PKey root_key = key("root"), ca_key = key("ca"), own_key = key("officer");
    x509::Certificate root = certificate("Root", root_key.get(), std::nullopt, root_key.get());
    x509::Certificate ca = certificate("CA", ca_key.get(), root, root_key.get());
    x509::Certificate own = certificate("Officer", own_key.get(), ca, ca_key.get());

    /// `certificate_cipher`: 0 for OpenSSL's default, -1 for a certificate bag that lies open.
    Bytes pkcs12(const char* password, int certificate_cipher = 0) const {
        STACK_OF(X509)* issuers = sk_X509_new_null();
        sk_X509_push(issuers, root.handle());  // not in the order of the chain
        sk_X509_push(issuers, ca.handle());
        const ossl::Pkcs12 made(
            PKCS12_create(password, "officer", own_key.get(), own.handle(), issuers, 0, certificate_cipher, 0, 0, 0));
        sk_X509_free(issuers);
        return ossl::to_der(made.get(), i2d_PKCS12);
    }
};

TEST(Pkcs12Officer, OpensWithItsPin) {
    const Token token;
    auto officer = Pkcs12Officer::from_bytes(token.pkcs12("314159"));
    ASSERT_TRUE(officer) << to_string(officer.error());
    EXPECT_FALSE((*officer)->certificate_readable());
    EXPECT_EQ((*officer)->key(), nullptr);
    EXPECT_TRUE((*officer)->is_soft_token());
    ASSERT_TRUE((*officer)->unlock(Pin("314159")));
    EXPECT_EQ((*officer)->certificate(), token.own);
    EXPECT_EQ((*officer)->chain(), (std::vector{token.ca, token.root}));
    EXPECT_EQ(ossl::spki((*officer)->key()), token.own.spki());
    (*officer)->lock();
    EXPECT_EQ((*officer)->key(), nullptr);
    EXPECT_TRUE((*officer)->certificate_readable());
}

TEST(Pkcs12Officer, ReadsACertificateThatLiesOpenBeforeThePin) {
    const Token token;
    const auto officer = Pkcs12Officer::from_bytes(token.pkcs12("314159", -1));
    ASSERT_TRUE(officer);
    ASSERT_TRUE((*officer)->certificate_readable());
    EXPECT_EQ((*officer)->certificate(), token.own);
    EXPECT_EQ((*officer)->key(), nullptr);
}

TEST(Pkcs12Officer, AWrongPinChangesNothing) {
    const Token token;
    auto officer = *Pkcs12Officer::from_bytes(token.pkcs12("314159"));
    for (const char* wrong : {"314158", "", "31415", "3141590"}) {
        const auto unlocked = officer->unlock(Pin(wrong));
        ASSERT_FALSE(unlocked) << wrong;
        EXPECT_EQ(unlocked.error().code, ErrorCode::pin_wrong) << wrong;
        EXPECT_EQ(officer->key(), nullptr);
    }
    EXPECT_TRUE(officer->unlock(Pin("314159")));
    EXPECT_FALSE(officer->unlock(Pin("0")));
    EXPECT_NE(officer->key(), nullptr);
}

TEST(Pkcs12Officer, RefusesWhatIsNoCredential) {
    const Token token;
    Bytes trailing = token.pkcs12("1");
    trailing.push_back(0);
    Bytes cut = token.pkcs12("1");
    cut.resize(cut.size() / 2);
    const ossl::Pkcs12 bare(PKCS12_create("1", "x", token.own_key.get(), token.own.handle(), nullptr, 0, 0, 0, -1, 0));
    const Bytes no_mac = ossl::to_der(bare.get(), i2d_PKCS12);
    for (const Bytes& octets : {trailing, cut, no_mac, Bytes{}, to_bytes("PKCS#12")}) {
        const auto officer = Pkcs12Officer::from_bytes(octets);
        ASSERT_FALSE(officer);
        EXPECT_EQ(officer.error().code, ErrorCode::officer_credential_invalid);
    }
    const ossl::Pkcs12 keyless(PKCS12_create("1", "x", nullptr, token.own.handle(), nullptr, 0, 0, 0, 0, 0));
    auto officer = Pkcs12Officer::from_bytes(ossl::to_der(keyless.get(), i2d_PKCS12));
    ASSERT_TRUE(officer);
    EXPECT_EQ((*officer)->unlock(Pin("1")).error().code, ErrorCode::officer_credential_invalid);
    EXPECT_EQ(Pkcs12Officer::open("/nonexistent/officer.p12").error().code, ErrorCode::file_unreadable);
}

TEST(Pkcs12OfficerDeathTest, TheCertificateOfAClosedTokenIsABrokenPrecondition) {
    const Token token;
    const auto officer = *Pkcs12Officer::from_bytes(token.pkcs12("314159"));
    EXPECT_DEATH((void)officer->certificate(), "");
}

}  // namespace
}  // namespace rakit::reference
