#pragma once

#include <openssl/cms.h>

#include "common/base/clock.hpp"
#include "common/x509/certificate.hpp"

namespace rakit::test {

/// CmsOptions bend what sign_data makes.
struct CmsOptions {
    unsigned flags = 0;  ///< OpenSSL's, beside CMS_BINARY
    const EVP_MD* digest = EVP_sha256();
    bool signing_time = true;
    int content_type = NID_pkcs7_data;
    int signers = 1;  ///< the same one so often
};

/// sign_data signs as `openssl cms -sign -binary -nodetach` does, at a moment of one's own; DER.
inline Bytes sign_data(ByteView content, const x509::Certificate& certificate, EVP_PKEY* key, UtcTime time,
                       const CmsOptions& options = {}) {
    const unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP | options.flags;
    const ossl::CmsContentInfo cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, flags));
    CMS_set1_eContentType(cms.get(), OBJ_nid2obj(options.content_type));
    const ossl::Handle<ASN1_TIME, ASN1_TIME_free> at(ASN1_TIME_set(nullptr, time.time_since_epoch().count()));
    for (int i = 0; i < options.signers; ++i) {
        const unsigned once = i > 0 ? CMS_NOCERTS : 0U;  // the certificate is there already
        CMS_SignerInfo* info = CMS_add1_signer(cms.get(), certificate.handle(), key, options.digest, flags | once);
        if (options.signing_time) CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, at->type, at.get(), -1);
    }
    CMS_final(cms.get(), ossl::memory_bio(content).get(), nullptr, flags & ~static_cast<unsigned>(CMS_PARTIAL));
    return ossl::to_der(cms.get(), i2d_CMS_ContentInfo);
}

}  // namespace rakit::test
