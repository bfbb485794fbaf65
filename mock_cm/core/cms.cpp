#include "mock_cm/core/cms.hpp"

#include <openssl/cms.h>

#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "common/ossl/digest.hpp"

namespace rakit::cm {
namespace {

constexpr const char* kSignRemedy =
    "Sign the PKIData with the officer's key by CMS with SHA-256, once, with signed attributes.";

Unexpected invalid(const std::string& detail) {
    ossl::last_error();
    return fail(ErrorCode::signature_invalid, detail, {}, kSignRemedy);
}

Unexpected no_cmc(const std::string& detail) {
    ossl::last_error();
    return fail(ErrorCode::request_malformed, detail, {}, "Send a SignedData over a PKIData (RFC 5272 section 3.2).");
}

bool accepted_digest(CMS_SignerInfo* signer) {
    X509_ALGOR* algorithm = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &algorithm, nullptr);
    const int nid = algorithm == nullptr ? NID_undef : OBJ_obj2nid(algorithm->algorithm);
    return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

/// signed_attribute finds the single value of a signed attribute, of this type; null if it isn't so.
const void* signed_attribute(CMS_SignerInfo* signer, int nid, int type) {
    return CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), -3, type);
}

std::optional<UtcTime> signing_time(CMS_SignerInfo* signer) {
    for (const int type : {V_ASN1_UTCTIME, V_ASN1_GENERALIZEDTIME}) {
        const auto* time = static_cast<const ASN1_TIME*>(signed_attribute(signer, NID_pkcs9_signingTime, type));
        if (time != nullptr && ASN1_TIME_check(time) == 1) return x509::to_utc(time);
    }
    return std::nullopt;
}

/// names_signer checks a signingCertificateV2 (RFC 5035 section 3): its first hash must be the signer's certificate's.
bool names_signer(CMS_SignerInfo* info, const x509::Certificate& signer) {
    if (CMS_signed_get_attr_by_NID(info, NID_id_smime_aa_signingCertificateV2, -1) < 0) return true;
    const auto* value =
        static_cast<const ASN1_STRING*>(signed_attribute(info, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE));
    if (value == nullptr) return false;
    constexpr std::uint32_t kSequence = 0x30, kOctetString = 0x04;
    const ByteView der(ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value)));
    const auto attribute = iso7816::find_tlv(der, kSequence);
    const auto list = attribute ? iso7816::find_tlv(attribute->value, kSequence) : std::nullopt;
    const auto first = list ? iso7816::find_tlv(list->value, kSequence) : std::nullopt;
    if (!first) return false;
    iso7816::TlvReader reader(first->value);
    reader.read_optional(kSequence);  // hashAlgorithm; another one than SHA-256 fails by its length or value
    const auto hash = reader.read_optional(kOctetString);
    return hash && equal_bytes(hash->value, signer.sha256());
}

bool add_signing_time(CMS_SignerInfo* signer, UtcTime time) {
    const ossl::Handle<ASN1_TIME, ASN1_TIME_free> value(ASN1_TIME_set(nullptr, time.time_since_epoch().count()));
    return value && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, value->type, value.get(), -1) == 1;
}

bool add_certificates(CMS_ContentInfo* cms, const std::vector<x509::Certificate>& certificates) {
    for (auto it = certificates.begin(); it != certificates.end(); ++it)
        if (std::find(certificates.begin(), it, *it) == it && CMS_add1_cert(cms, it->handle()) != 1) return false;
    return true;
}

}  // namespace

Result<SignedMessage> SignedMessage::parse(ByteView ber, const x509::Known& known) {
    auto parsed = x509::parse_cms(ber, known);
    if (!parsed) return no_cmc("the body is no CMS message, or more than one");
    CMS_ContentInfo* cms = parsed->cms.get();
    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) return no_cmc("the CMS message is no SignedData");
    const ASN1_OBJECT* type = CMS_get0_eContentType(cms);
    if (type == nullptr || OBJ_obj2nid(type) != NID_id_cct_PKIData) return no_cmc("the signed content is no PKIData");
    ASN1_OCTET_STRING** content = CMS_get0_content(cms);
    if (content == nullptr || *content == nullptr) return no_cmc("the signed content is not in the message");
    SignedMessage message;
    message.x_content.assign((*content)->data, (*content)->data + (*content)->length);
    message.x_message = *std::move(parsed);
    ossl::last_error();
    return message;
}

Result<Signature> SignedMessage::verify() const {
    CMS_ContentInfo* cms = x_message.cms.get();
    const auto& certificates = x_message.certificates;
    const auto stack = x_message.stack();
    STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(cms);
    if (infos == nullptr || sk_CMS_SignerInfo_num(infos) != 1)
        return invalid("the message does not have exactly one signature");
    CMS_SignerInfo* info = sk_CMS_SignerInfo_value(infos, 0);
    if (CMS_set1_signers_certs(cms, stack.get(), 0) != 1)
        return invalid("the signer's certificate is not in the message");
    if (!accepted_digest(info)) return invalid("the digest is none of SHA-256, SHA-384, SHA-512");
    const auto* type = static_cast<const ASN1_OBJECT*>(signed_attribute(info, NID_pkcs9_contentType, V_ASN1_OBJECT));
    if (type == nullptr || OBJ_obj2nid(type) != NID_id_cct_PKIData)
        return invalid("the signed attribute contentType is missing or not PKIData");
    const auto time = signing_time(info);
    if (!time) return invalid("the signed attribute signingTime is missing");
    const ossl::Bio sink(BIO_new(BIO_s_null()));
    if (CMS_verify(cms, stack.get(), nullptr, nullptr, sink.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
        return invalid("the officer's signature over the message does not verify");
    X509* certificate = nullptr;
    CMS_SignerInfo_get0_algs(info, nullptr, &certificate, nullptr, nullptr);
    const auto signer = std::find_if(certificates.begin(), certificates.end(),
                                     [&](const auto& one) { return one.handle() == certificate; });
    if (signer == certificates.end()) return invalid("the signer's certificate cannot be read");
    if (!names_signer(info, *signer)) return invalid("signingCertificateV2 names another certificate");
    return Signature{*signer, *time};
}

Result<Bytes> seal(ByteView pki_response, const x509::Certificate& signer, EVP_PKEY* key,
                   const std::vector<x509::Certificate>& bag, UtcTime signing_time) {
    constexpr unsigned kFlags = CMS_BINARY | CMS_PARTIAL;
    const ossl::CmsContentInfo cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags));
    bool done = cms && CMS_set1_eContentType(cms.get(), OBJ_nid2obj(NID_id_cct_PKIResponse)) == 1;
    CMS_SignerInfo* info =
        done ? CMS_add1_signer(cms.get(), signer.handle(), key, EVP_sha256(), kFlags | CMS_NOSMIMECAP | CMS_CADES)
             : nullptr;
    std::vector<x509::Certificate> others;
    std::copy_if(bag.begin(), bag.end(), std::back_inserter(others), [&](const auto& one) { return !(one == signer); });
    done = info != nullptr && add_signing_time(info, signing_time) && add_certificates(cms.get(), others);
    const ossl::Bio content = ossl::memory_bio(pki_response);
    if (!done || CMS_final(cms.get(), content.get(), nullptr, CMS_BINARY) != 1)
        return fail(ErrorCode::crypto_failed, "signing a response: " + ossl::last_error());
    return ossl::to_der(cms.get(), i2d_CMS_ContentInfo);
}

Result<Bytes> certs_only(const std::vector<x509::Certificate>& certificates) {
    const ossl::Handle<PKCS7, PKCS7_free> message(PKCS7_new());
    bool done = message && PKCS7_set_type(message.get(), NID_pkcs7_signed) == 1 &&
                PKCS7_content_new(message.get(), NID_pkcs7_data) == 1;
    if (done) PKCS7_set_detached(message.get(), 1);
    for (const auto& certificate : certificates)
        done = done && PKCS7_add_certificate(message.get(), certificate.handle()) == 1;
    if (!done) return fail(ErrorCode::crypto_failed, "certificates only: " + ossl::last_error());
    return ossl::to_der(message.get(), i2d_PKCS7);
}

}  // namespace rakit::cm
