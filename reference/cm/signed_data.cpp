#include "reference/cm/signed_data.hpp"

#include <algorithm>

#include "common/ossl/decode.hpp"

namespace rakit::reference {
namespace {

constexpr const char* kCmcCa = "1.3.6.1.5.5.7.3.27";

Unexpected crypto(const char* what) {
    return fail(ErrorCode::crypto_failed, std::string(what) + ": " + ossl::last_error());
}

Unexpected invalid(std::string detail) { return fail(ErrorCode::cm_answer_invalid, std::move(detail)); }

bool add_signing_time(CMS_SignerInfo* signer, UtcTime at) {
    using Time = ossl::Handle<ASN1_TIME, ASN1_TIME_free>;
    const Time time(ASN1_TIME_set(nullptr, static_cast<time_t>(at.time_since_epoch().count())));
    return time && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, time->type, time.get(), -1) == 1;
}

Result<ossl::CmsContentInfo> parse_signed(ByteView ber) {
    auto [cms, size] = ossl::decode_cms(ber);
    if (!cms) return invalid("not a CMS message: " + ossl::last_error());
    if (size != ber.size())
        return fail(ErrorCode::cm_answer_invalid, "octets after the CMS message", "offset " + std::to_string(size));
    if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return invalid("the CMS message is no SignedData");
    return std::move(cms);
}

Result<std::vector<x509::Certificate>> bag(CMS_ContentInfo* cms) {
    const ossl::Certificates stack(CMS_get1_certs(cms));
    std::vector<x509::Certificate> certificates;
    for (int i = 0; stack && i < sk_X509_num(stack.get()); ++i) {
        auto parsed = x509::Certificate::share(sk_X509_value(stack.get(), i));
        if (!parsed) return invalid("certificate " + std::to_string(i) + " of the bag: " + parsed.error().detail);
        certificates.push_back(*std::move(parsed));
    }
    ossl::last_error();
    return certificates;
}

/// Without signed attributes, content that looks like attributes could be passed off as signed (RFC 5652 section 11
/// demands them here); OpenSSL checks neither that nor that their contentType is the real one.
Result<void> check_signer_info(CMS_SignerInfo* signer) {
    const ossl::Object content_type(OBJ_nid2obj(NID_pkcs9_contentType));
    const auto* signed_type =
        static_cast<ASN1_OBJECT*>(CMS_signed_get0_data_by_OBJ(signer, content_type.get(), -3, V_ASN1_OBJECT));
    if (signed_type == nullptr || OBJ_obj2nid(signed_type) != NID_id_cct_PKIResponse)
        return invalid("the signed attributes don't name a PKIResponse");
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
    const ASN1_OBJECT* algorithm = nullptr;
    X509_ALGOR_get0(&algorithm, nullptr, nullptr, digest);
    const int nid = OBJ_obj2nid(algorithm);
    if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512)
        return invalid("the answer is signed with a digest below SHA-256");
    return {};
}

Result<void> check_trust(CMS_ContentInfo* cms, const SignedAnswer& answer,
                         const std::vector<x509::Certificate>& anchors, UtcTime now) {
    // get0: the stack is ours, what it points to isn't.
    STACK_OF(X509)* signers = CMS_get0_signers(cms);
    X509* shown = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : nullptr;
    sk_X509_free(signers);
    if (shown == nullptr) return invalid("the signer's certificate is missing");
    const auto signer = x509::Certificate::share(shown);
    if (!signer) return invalid("the signer's certificate: " + signer.error().detail);
    const auto usages = signer->extended_key_usages();
    if (std::find(usages.begin(), usages.end(), kCmcCa) == usages.end())
        return fail(ErrorCode::cm_untrusted,
                    "the answer's signer " + to_string(signer->subject()) + " may not sign CMC answers (no cmcCA)");
    if (!x509::chains(*signer, answer.certificates, anchors, now))
        return fail(ErrorCode::cm_untrusted,
                    "the answer's signer " + to_string(signer->subject()) + " does not chain to a trusted CA");
    return {};
}

/// sign_content makes a SignedData around `content` of a type.
Result<Bytes> sign_content(ByteView octets, int type, const OfficerCredential& officer,
                           const std::vector<x509::Certificate>& others, UtcTime at) {
    if (officer.key() == nullptr) return fail(ErrorCode::officer_credential_invalid, "the officer's key is locked");
    // PARTIAL: the content type and the signer's attributes come before the content is digested and signed.
    const ossl::CmsContentInfo cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY));
    const x509::Certificate& own = officer.certificate();
    if (!cms || CMS_set1_eContentType(cms.get(), OBJ_nid2obj(type)) != 1) return crypto("SignedData");
    // CADES: OpenSSL's name for adding signingCertificateV2 (RFC 5035).
    CMS_SignerInfo* signer =
        CMS_add1_signer(cms.get(), own.handle(), officer.key(), EVP_sha256(), CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES);
    if (signer == nullptr || !add_signing_time(signer, at)) return crypto("the officer's signature");
    std::vector<x509::Certificate> added{own};
    for (const auto& other : others) {
        if (std::find(added.begin(), added.end(), other) != added.end()) continue;
        if (CMS_add1_cert(cms.get(), other.handle()) != 1) return crypto("certificate bag");
        added.push_back(other);
    }
    const ossl::Bio content = ossl::memory_bio(octets);
    if (CMS_final(cms.get(), content.get(), nullptr, CMS_BINARY) != 1) {
        auto cause = officer.take_failure();
        if (!cause) return crypto("the officer's signature");
        ossl::last_error();
        return Unexpected{std::move(*cause).in("the officer's signature")};
    }
    Bytes der = ossl::to_der(cms.get(), i2d_CMS_ContentInfo);
    if (der.empty()) return crypto("SignedData");
    return der;
}

}  // namespace

Result<Bytes> sign_pki_data(ByteView pki_data, const OfficerCredential& officer,
                            const std::vector<x509::Certificate>& others, UtcTime at) {
    return sign_content(pki_data, NID_id_cct_PKIData, officer, others, at);
}

Result<Bytes> sign_data(ByteView data, const OfficerCredential& officer, UtcTime at) {
    return sign_content(data, NID_pkcs7_data, officer, {}, at);
}

Result<SignedAnswer> open_signed_answer(ByteView ber, const std::vector<x509::Certificate>& anchors, UtcTime now) {
    auto cms = parse_signed(ber);
    if (!cms) return fail(cms.error());
    if (OBJ_obj2nid(CMS_get0_eContentType(cms->get())) != NID_id_cct_PKIResponse)
        return invalid("the SignedData holds no PKIResponse");
    auto* infos = CMS_get0_SignerInfos(cms->get());
    if (sk_CMS_SignerInfo_num(infos) != 1) return invalid("the SignedData has not exactly one signer");
    if (auto checked = check_signer_info(sk_CMS_SignerInfo_value(infos, 0)); !checked) return fail(checked.error());
    SignedAnswer answer;
    auto certificates = bag(cms->get());
    if (!certificates) return fail(certificates.error());
    answer.certificates = *std::move(certificates);
    const ossl::Bio content(BIO_new(BIO_s_mem()));
    // The signer's chain is judged below, at the clock that was passed in.
    if (CMS_verify(cms->get(), nullptr, nullptr, nullptr, content.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
        return invalid("the answer's signature does not verify: " + ossl::last_error());
    if (auto trusted = check_trust(cms->get(), answer, anchors, now); !trusted) return fail(trusted.error());
    answer.pki_response = ossl::bio_content(content.get());
    return answer;
}

Result<std::vector<x509::Certificate>> certificates_only(ByteView ber) {
    const auto cms = parse_signed(ber);
    if (!cms) return fail(cms.error());
    return bag(cms->get());
}

}  // namespace rakit::reference
