#include "mock_cm/rest/signature.hpp"

#include <openssl/cms.h>

#include "common/ossl/decode.hpp"

namespace rakit::cm {
namespace {

Unexpected malformed(const std::string& detail) {
    ossl::last_error();
    return fail(ErrorCode::request_malformed, "the part signature: " + detail, {},
                "Send the base64 of what `openssl cms -sign -binary -nodetach -outform DER` makes.");
}

Unexpected invalid(const std::string& detail) {
    ossl::last_error();
    return fail(ErrorCode::signature_invalid, detail, {},
                "Sign the octets of dataToSign with the officer's key, once, by CMS with SHA-256.");
}

bool digest_is_sha2(CMS_SignerInfo* signer) {
    X509_ALGOR* algorithm = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &algorithm, nullptr);
    const int nid = algorithm == nullptr ? NID_undef : OBJ_obj2nid(algorithm->algorithm);
    return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

std::optional<UtcTime> signing_time(CMS_SignerInfo* signer) {
    auto* type = OBJ_nid2obj(NID_pkcs9_signingTime);
    for (const int tag : {V_ASN1_UTCTIME, V_ASN1_GENERALIZEDTIME}) {
        // -3: exactly one attribute with exactly one value.
        const auto* time = static_cast<const ASN1_TIME*>(CMS_signed_get0_data_by_OBJ(signer, type, -3, tag));
        if (time != nullptr && ASN1_TIME_check(time) == 1) return x509::to_utc(time);
    }
    return std::nullopt;
}

Result<Bytes> content_of(CMS_ContentInfo* cms) {
    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) return malformed("no SignedData");
    const auto* type = CMS_get0_eContentType(cms);
    if (type == nullptr || OBJ_obj2nid(type) != NID_pkcs7_data) return malformed("the content type is not data");
    ASN1_OCTET_STRING** content = CMS_get0_content(cms);
    if (content == nullptr || *content == nullptr) return malformed("the signed octets are not inside");
    return Bytes((*content)->data, (*content)->data + (*content)->length);
}

}  // namespace

Result<SignedOctets> open_signed(ByteView der) {
    const auto [cms, size] = ossl::decode_cms(der);
    if (!cms || size != der.size()) return malformed("no CMS message, or more than one");
    auto content = content_of(cms.get());
    if (!content) return Unexpected{std::move(content).error()};
    auto* infos = CMS_get0_SignerInfos(cms.get());
    if (infos == nullptr || sk_CMS_SignerInfo_num(infos) != 1) return invalid("there is not exactly one signature");
    auto* info = sk_CMS_SignerInfo_value(infos, 0);
    if (CMS_set1_signers_certs(cms.get(), nullptr, 0) != 1) return invalid("the signer's certificate is not inside");
    if (!digest_is_sha2(info)) return invalid("the digest is none of SHA-256, SHA-384, SHA-512");
    const auto time = signing_time(info);
    if (!time) return invalid("the signed attribute signingTime is missing");
    const ossl::Bio sink(BIO_new(BIO_s_null()));
    if (CMS_verify(cms.get(), nullptr, nullptr, nullptr, sink.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
        return invalid("the signature does not verify");
    X509* certificate = nullptr;
    CMS_SignerInfo_get0_algs(info, nullptr, &certificate, nullptr, nullptr);
    auto signer = x509::Certificate::share(certificate);
    if (!signer) return invalid("the signer's certificate can't be read");
    return SignedOctets{*std::move(content), *std::move(signer), *time};
}

}  // namespace rakit::cm
