#include <gtest/gtest.h>

#include "common/base/rng.hpp"
#include "common/ossl/keys.hpp"
#include "common/x509/builder.hpp"

namespace rakit::x509 {
namespace {

ossl::PKey key(ossl::KeyType type, const char* label) {
    SeededRng rng(1, label);
    return *ossl::generate_key(type, rng);
}

CertificateTemplate authority(EVP_PKEY* own) {
    CertificateTemplate what;
    what.serial = {0x01};
    what.subject = {{"C", "SE"}, {"O", "Example"}, {"CN", "Test Root"}};
    what.spki = ossl::spki(own);
    what.not_before = *from_iso8601("2020-01-01T00:00:00Z");
    what.not_after = *from_iso8601("2060-01-01T00:00:00Z");
    what.ca = true;
    what.key_usage = {"keyCertSign", "cRLSign"};
    return what;
}

TEST(Keys, TheSameStreamGivesTheSameKey) {
    for (const auto type : {ossl::KeyType::rsa1024, ossl::KeyType::rsa2048, ossl::KeyType::ec_p256,
                            ossl::KeyType::ec_p384, ossl::KeyType::ec_p521}) {
        const auto first = key(type, "k");
        EXPECT_EQ(ossl::private_key_der(first.get()), ossl::private_key_der(key(type, "k").get()));
        EXPECT_EQ(ossl::key_type(first.get()), type);
        EXPECT_EQ(ossl::key_type_from_name(ossl::name(type)), type);
        const ossl::PKeyContext context(EVP_PKEY_CTX_new(first.get(), nullptr));
        EXPECT_EQ(EVP_PKEY_check(context.get()), 1) << ossl::name(type);
    }
}

TEST(Certificate, IsIssuedAndReadBack) {
    const auto root_key = key(ossl::KeyType::rsa2048, "root");
    const auto root = issue(authority(root_key.get()), std::nullopt, root_key.get());
    ASSERT_TRUE(root) << to_string(root.error());
    const auto leaf_key = key(ossl::KeyType::ec_p256, "leaf");
    CertificateTemplate what = authority(leaf_key.get());
    what.serial = {0x80, 0x01};
    what.subject = {{"CN", "Anna Ek"}, {"serialNumber", "0A1B"}};
    what.ca = false;
    what.key_usage = {"digitalSignature", "nonRepudiation"};
    what.extended_key_usage = {"1.3.6.1.5.5.7.3.28"};
    what.policies = {"2.25.259992147378155069564548854890386613715"};
    const auto leaf = issue(what, *root, root_key.get());
    ASSERT_TRUE(leaf) << to_string(leaf.error());
    EXPECT_EQ(leaf->serial_hex(), "8001");
    EXPECT_EQ(to_string(leaf->subject()), "serialNumber=0A1B,CN=Anna Ek");
    EXPECT_EQ(leaf->issuer(), root->subject());
    EXPECT_EQ(leaf->policies(), what.policies);
    EXPECT_EQ(leaf->extended_key_usages(), what.extended_key_usage);
    EXPECT_EQ(leaf->spki(), what.spki);
    EXPECT_EQ(to_iso8601(leaf->not_after()), "2060-01-01T00:00:00Z");
    EXPECT_TRUE(root->is_ca());
    EXPECT_FALSE(leaf->is_ca());
    EXPECT_TRUE(leaf->signed_by(*root));
    EXPECT_FALSE(root->signed_by(*leaf));
    EXPECT_TRUE(chains(*leaf, {}, {*root}, from_iso8601("2030-01-01T00:00:00Z")));
    EXPECT_FALSE(chains(*leaf, {}, {*root}, from_iso8601("2061-01-01T00:00:00Z")));
    EXPECT_TRUE(chains(*leaf, {}, {*root}, std::nullopt));
    EXPECT_FALSE(chains(*leaf, {}, {}, std::nullopt));
    EXPECT_EQ(parse_pem(to_pem(*leaf) + to_pem(*root))->size(), 2U);
    EXPECT_EQ(root->der(), issue(authority(root_key.get()), std::nullopt, root_key.get())->der());
}

TEST(Certificate, RefusesTrailingOctetsAndGarbage) {
    const auto root_key = key(ossl::KeyType::ec_p256, "root");
    auto der = issue(authority(root_key.get()), std::nullopt, root_key.get())->der();
    der.push_back(0);
    EXPECT_FALSE(Certificate::parse(der));
    EXPECT_FALSE(Certificate::parse(Bytes{0x30, 0x00}));
    EXPECT_FALSE(Certificate::parse({}));
    EXPECT_FALSE(parse_pem("no block"));
}

}  // namespace
}  // namespace rakit::x509
