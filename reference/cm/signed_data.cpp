#include "reference/cm/signed_data.hpp"

#include <algorithm>

#include "common/x509/cms_message.hpp"

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

Result<x509::CmsMessage> parse_signed(ByteView ber) {
    auto message = x509::parse_cms(ber);
    if (!message) {
        Error error = std::move(message).error();
        error.code = ErrorCode::cm_answer_invalid;
        return fail(std::move(error));
    }
    if (OBJ_obj2nid(CMS_get0_type(message->cms.get())) != NID_pkcs7_signed)
        return invalid("the CMS message is no SignedData");
    if (message->unread > 0) return invalid("a certificate of the bag can't be read");
    return message;
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

Result<void> check_trust(const x509::CmsMessage& message, const std::vector<x509::Certificate>& anchors, UtcTime now) {
    // get0: the stack is ours, what it points to isn't.
    STACK_OF(X509)* signers = CMS_get0_signers(message.cms.get());
    X509* shown = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : nullptr;
    sk_X509_free(signers);
    const auto signer = std::ranges::find(message.certificates, shown, &x509::Certificate::handle);
    if (shown == nullptr || signer == message.certificates.end()) return invalid("the signer's certificate is missing");
    const auto usages = signer->extended_key_usages();
    if (std::find(usages.begin(), usages.end(), kCmcCa) == usages.end())
        return fail(ErrorCode::cm_untrusted,
                    "the answer's signer " + to_string(signer->subject()) + " may not sign CMC answers (no cmcCA)");
    if (!x509::chains(*signer, message.certificates, anchors, now))
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
    auto message = parse_signed(ber);
    if (!message) return fail(message.error());
    CMS_ContentInfo* cms = message->cms.get();
    if (OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_id_cct_PKIResponse)
        return invalid("the SignedData holds no PKIResponse");
    auto* infos = CMS_get0_SignerInfos(cms);
    if (sk_CMS_SignerInfo_num(infos) != 1) return invalid("the SignedData has not exactly one signer");
    if (auto checked = check_signer_info(sk_CMS_SignerInfo_value(infos, 0)); !checked) return fail(checked.error());
    const ossl::Bio content(BIO_new(BIO_s_mem()));
    const auto stack = message->stack();
    // The signer's chain is judged below, at the clock that was passed in.
    if (CMS_verify(cms, stack.get(), nullptr, nullptr, content.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
        return invalid("the answer's signature does not verify: " + ossl::last_error());
    if (auto trusted = check_trust(*message, anchors, now); !trusted) return fail(trusted.error());
    ossl::last_error();
    return SignedAnswer{ossl::bio_content(content.get()), std::move(message->certificates)};
}

Result<std::vector<x509::Certificate>> certificates_only(ByteView ber) {
    auto message = parse_signed(ber);
    if (!message) return fail(message.error());
    return std::move(message->certificates);
}

}  // namespace rakit::reference
