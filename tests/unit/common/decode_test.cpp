#include <gtest/gtest.h>

#include "common/ossl/certification_request.hpp"
#include "common/ossl/decode.hpp"
#include "common/x509/cms_message.hpp"

namespace rakit {
namespace {

/// self_signed makes a certificate by OpenSSL alone.
Bytes self_signed(EVP_PKEY* key, const EVP_MD* digest) {
    const ossl::X509Certificate made(X509_new());
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 7);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    auto* name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("One"), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    X509_set_pubkey(made.get(), key);
    X509_sign(made.get(), key, digest);
    return ossl::to_der(made.get(), i2d_X509);
}

ossl::PKey key_of(const char* type) {
    const bool curve = std::string_view(type) == "EC";
    return ossl::PKey(curve ? EVP_PKEY_Q_keygen(nullptr, nullptr, type, "P-256")
                            : EVP_PKEY_Q_keygen(nullptr, nullptr, type, std::size_t{1024}));
}

/// signed_data signs a few octets; `stream` gives indefinite lengths.
Bytes signed_data(const x509::Certificate& certificate, EVP_PKEY* key, bool stream) {
    const auto content = ossl::memory_bio(as_bytes("octets"));
    const unsigned flags = CMS_BINARY | (stream ? CMS_STREAM : 0U);
    const ossl::CmsContentInfo cms(CMS_sign(certificate.handle(), key, nullptr, content.get(), flags));
    const ossl::Bio out(BIO_new(BIO_s_mem()));
    EXPECT_EQ(i2d_CMS_bio_stream(out.get(), cms.get(), stream ? content.get() : nullptr, static_cast<int>(flags)), 1);
    return ossl::bio_content(out.get());
}

bool verifies(const x509::CmsMessage& message) {
    const ossl::Bio sink(BIO_new(BIO_s_null()));
    return CMS_verify(message.cms.get(), message.stack().get(), nullptr, nullptr, sink.get(),
                      CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
}

TEST(Decode, ReadsKeysOfEachTypeAndVerifiesByThem) {
    for (const auto* type : {"EC", "RSA", "ED25519"}) {
        const auto key = key_of(type);
        const auto read = x509::Certificate::parse(
            self_signed(key.get(), EVP_PKEY_is_a(key.get(), "ED25519") ? nullptr : EVP_sha256()));
        ASSERT_TRUE(read) << type;
        EXPECT_EQ(EVP_PKEY_eq(X509_get0_pubkey(read->handle()), key.get()), 1) << type;
        EXPECT_TRUE(read->signed_by(*read)) << type;
        EXPECT_TRUE(x509::chains(*read, {}, {*read}, std::nullopt)) << type;
    }
}

TEST(CmsMessage, VerifiesWithDefiniteAndIndefiniteLengths) {
    const auto key = key_of("EC");
    const auto certificate = *x509::Certificate::parse(self_signed(key.get(), EVP_sha256()));
    for (const bool stream : {false, true}) {
        const auto der = signed_data(certificate, key.get(), stream);
        EXPECT_EQ(ossl::split_cms(der).has_value(), !stream);
        const auto message = x509::parse_cms(der);
        ASSERT_TRUE(message) << stream;
        ASSERT_EQ(message->certificates.size(), 1U);
        EXPECT_EQ(message->certificates.front(), certificate);
        EXPECT_TRUE(verifies(*message)) << stream;
    }
}

TEST(CmsMessage, TakesAKnownCertificateAndNoOther) {
    const auto key = key_of("EC");
    const auto certificate = *x509::Certificate::parse(self_signed(key.get(), EVP_sha256()));
    const auto der = signed_data(certificate, key.get(), false);
    int asked = 0;
    const auto message = x509::parse_cms(der, [&](ByteView octets) {
        ++asked;
        return equal_bytes(octets, certificate.der()) ? std::optional(certificate) : std::nullopt;
    });
    ASSERT_TRUE(message);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(message->certificates.front().handle(), certificate.handle());
    EXPECT_TRUE(verifies(*message));
}

TEST(CmsMessage, RefusesEachCutAndWhatStandsBehind) {
    const auto key = key_of("EC");
    const auto certificate = *x509::Certificate::parse(self_signed(key.get(), EVP_sha256()));
    auto der = signed_data(certificate, key.get(), false);
    for (std::size_t size = 0; size < der.size(); ++size)
        EXPECT_FALSE(x509::parse_cms(ByteView(der).first(size))) << size;
    der.push_back(0);
    const auto behind = x509::parse_cms(der);
    ASSERT_FALSE(behind);
    EXPECT_EQ(behind.error().where, "offset " + std::to_string(der.size() - 1));
}

TEST(CertificationRequest, ReadsItsPartsAndChecksItsSignature) {
    const auto key = key_of("EC"), other = key_of("EC");
    const ossl::X509Request made(X509_REQ_new());
    X509_REQ_set_pubkey(made.get(), key.get());
    X509_REQ_sign(made.get(), key.get(), EVP_sha256());
    auto der = ossl::to_der(made.get(), i2d_X509_REQ);
    const auto request = ossl::CertificationRequest::parse(der);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->spki(), ossl::to_der(X509_REQ_get_X509_PUBKEY(made.get()), i2d_X509_PUBKEY));
    EXPECT_EQ(request->subject(), (Bytes{0x30, 0x00}));
    EXPECT_TRUE(request->verify(key.get()));
    EXPECT_FALSE(request->verify(other.get()));
    for (std::size_t size = 0; size < der.size(); ++size)
        EXPECT_FALSE(ossl::CertificationRequest::parse(ByteView(der).first(size))) << size;
    der.push_back(0);
    EXPECT_FALSE(ossl::CertificationRequest::parse(der));
}

}  // namespace
}  // namespace rakit
