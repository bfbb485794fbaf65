#include "mock_cm/rest/signature.hpp"

#include <openssl/cms.h>

#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

constexpr unsigned kFlags = CMS_BINARY | CMS_NOSMIMECAP;

/// How is how somebody signs; each member can be made wrong.
struct How {
    unsigned flags = kFlags;
    const EVP_MD* digest = EVP_sha256();
    int signing_times = 1;
    int content_type = NID_pkcs7_data;
    int signers = 1;
};

class SignatureTest : public HostTest {
protected:
    Bytes made(const How& how) {
        const ossl::CmsContentInfo cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, how.flags | CMS_PARTIAL));
        CMS_set1_eContentType(cms.get(), OBJ_nid2obj(how.content_type));
        for (int i = 0; i < how.signers; ++i) {
            CMS_SignerInfo* info = CMS_add1_signer(cms.get(), olivia.certificate.handle(), olivia.key.get(), how.digest,
                                                   how.flags | CMS_PARTIAL | (i > 0 ? CMS_NOCERTS : 0U));
            const ossl::Handle<ASN1_TIME, ASN1_TIME_free> at(
                ASN1_TIME_set(nullptr, clock.now().time_since_epoch().count()));
            if (how.signing_times > 0) CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, at->type, at.get(), -1);
        }
        CMS_final(cms.get(), ossl::memory_bio(as_bytes("{}")).get(), nullptr, how.flags);
        return ossl::to_der(cms.get(), i2d_CMS_ContentInfo);
    }
    std::string code(const Bytes& der) {
        const auto opened = open_signed(der);
        return opened ? "" : std::string(name(opened.error().code));
    }
};

TEST_F(SignatureTest, GivesContentSignerAndTime) {
    const auto opened = open_signed(made({}));
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_EQ(as_text(opened->content), "{}");
    EXPECT_EQ(opened->signer, olivia.certificate);
    EXPECT_EQ(opened->signing_time, clock.now());
    EXPECT_EQ(code(made({.digest = EVP_sha384()})), "");
    EXPECT_EQ(code(made({.digest = EVP_sha512()})), "");
}

TEST_F(SignatureTest, WhatIsNoSignedDataIsMalformed) {
    const auto good = made({});
    EXPECT_EQ(code({}), "request_malformed");
    EXPECT_EQ(code({0x30, 0x00}), "request_malformed");
    EXPECT_EQ(code(Bytes(1000, 0x30)), "request_malformed");
    EXPECT_EQ(code(Bytes(good.begin(), good.end() - 1)), "request_malformed");
    EXPECT_EQ(code(concat({good, Bytes{0}})), "request_malformed");
    EXPECT_EQ(code(made({.flags = kFlags | CMS_DETACHED})), "request_malformed");
    EXPECT_EQ(code(made({.content_type = NID_id_cct_PKIData})), "request_malformed");
    const ossl::CmsContentInfo data(CMS_data_create(ossl::memory_bio(as_bytes("x")).get(), 0));
    EXPECT_EQ(code(ossl::to_der(data.get(), i2d_CMS_ContentInfo)), "request_malformed");
}

TEST_F(SignatureTest, WhatIsSignedBadlyIsInvalid) {
    EXPECT_EQ(code(made({.digest = EVP_sha1()})), "signature_invalid");
    EXPECT_EQ(code(made({.signers = 2})), "signature_invalid");
    EXPECT_EQ(code(made({.flags = kFlags | CMS_NOCERTS})), "signature_invalid");
    EXPECT_EQ(code(made({.flags = kFlags | CMS_NOATTR, .signing_times = 0})), "signature_invalid");
    auto changed = made({});
    changed.back() ^= 1;
    EXPECT_EQ(code(changed), "signature_invalid");
    changed = made({});
    const auto at = std::search(changed.begin(), changed.end(), std::begin("{}"), std::begin("{}") + 2);
    ASSERT_NE(at, changed.end());
    *at = '[';
    EXPECT_EQ(code(changed), "signature_invalid");
}

}  // namespace
}  // namespace rakit::cm::test
