#include "mock_cm/rest/signature.hpp"

#include "tests/support/cms_data.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

using rakit::test::CmsOptions;

class SignatureTest : public HostTest {
protected:
    Bytes made(const CmsOptions& options) {
        return rakit::test::sign_data(as_bytes("{}"), olivia.certificate, olivia.key.get(), clock.now(), options);
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
    EXPECT_EQ(code(made({.flags = CMS_DETACHED})), "request_malformed");
    EXPECT_EQ(code(made({.content_type = NID_id_cct_PKIData})), "request_malformed");
    const ossl::CmsContentInfo data(CMS_data_create(ossl::memory_bio(as_bytes("x")).get(), 0));
    EXPECT_EQ(code(ossl::to_der(data.get(), i2d_CMS_ContentInfo)), "request_malformed");
}

TEST_F(SignatureTest, WhatIsSignedBadlyIsInvalid) {
    EXPECT_EQ(code(made({.digest = EVP_sha1()})), "signature_invalid");
    EXPECT_EQ(code(made({.signers = 2})), "signature_invalid");
    EXPECT_EQ(code(made({.flags = CMS_NOCERTS})), "signature_invalid");
    EXPECT_EQ(code(made({.flags = CMS_NOATTR, .signing_time = false})), "signature_invalid");
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
