#include "common/x509/builder.hpp"

#include "common/ossl/ecdsa.hpp"
#include "common/ossl/keys.hpp"

namespace rakit::x509 {
namespace {

std::string join(const std::vector<std::string>& words, const std::string& prefix = {}) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ",") + prefix + word;
    return text;
}

struct ExtensionText {
    int nid;
    std::string value;
};

std::vector<ExtensionText> extension_texts(const CertificateTemplate& what) {
    std::vector<ExtensionText> texts;
    std::string basic = what.ca ? "critical,CA:TRUE" : "critical,CA:FALSE";
    if (what.ca && what.path_length) basic += ",pathlen:" + std::to_string(*what.path_length);
    texts.push_back({NID_basic_constraints, basic});
    texts.push_back({NID_subject_key_identifier, "hash"});
    if (!what.key_usage.empty()) texts.push_back({NID_key_usage, "critical," + join(what.key_usage)});
    if (!what.extended_key_usage.empty()) texts.push_back({NID_ext_key_usage, join(what.extended_key_usage)});
    if (!what.subject_alternative_names.empty())
        texts.push_back({NID_subject_alt_name, join(what.subject_alternative_names)});
    if (!what.ocsp_urls.empty()) texts.push_back({NID_info_access, join(what.ocsp_urls, "OCSP;URI:")});
    if (!what.crl_urls.empty()) texts.push_back({NID_crl_distribution_points, join(what.crl_urls, "URI:")});
    return texts;
}

bool add_text_extension(X509* certificate, X509V3_CTX* context, const ExtensionText& text) {
    const ossl::Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509V3_EXT_nconf_nid(nullptr, context, text.nid, text.value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Policies are built by hand: OpenSSL's text form of the extension wants a configuration database.
bool add_policies(X509* certificate, const std::vector<std::string>& oids) {
    const ossl::Handle<CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free> policies(CERTIFICATEPOLICIES_new());
    for (const auto& oid : oids) {
        POLICYINFO* policy = POLICYINFO_new();
        policy->policyid = OBJ_txt2obj(oid.c_str(), 1);
        if (policy->policyid == nullptr || sk_POLICYINFO_push(policies.get(), policy) == 0) {
            POLICYINFO_free(policy);
            return false;
        }
    }
    return X509_add1_ext_i2d(certificate, NID_certificate_policies, policies.get(), 0, 0) == 1;
}

bool add_extra_extension(X509* certificate, const ExtraExtension& extra) {
    const ossl::Object oid(OBJ_txt2obj(extra.oid.c_str(), 1));
    const ossl::Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> value(ASN1_OCTET_STRING_new());
    ASN1_OCTET_STRING_set(value.get(), extra.value.data(), static_cast<int>(extra.value.size()));
    const ossl::Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), extra.critical ? 1 : 0, value.get()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_time(ASN1_TIME* field, UtcTime time) {
    return ASN1_TIME_adj(field, time.time_since_epoch().count(), 0, 0) != nullptr;
}

Result<void> set_fields(X509* certificate, const CertificateTemplate& what, const std::optional<Certificate>& issuer) {
    const ossl::BigNumber serial(BN_bin2bn(what.serial.data(), static_cast<int>(what.serial.size()), nullptr));
    auto subject = encode_name(what.subject);
    if (!subject) return Unexpected{std::move(subject).error()};
    const unsigned char* cursor = subject->data();
    const ossl::Name name(d2i_X509_NAME(nullptr, &cursor, static_cast<long>(subject->size())));
    auto key = ossl::parse_spki(what.spki);
    if (!key) return Unexpected{std::move(key).error()};
    const X509_NAME* issuer_name = issuer ? X509_get_subject_name(issuer->handle()) : name.get();
    const bool done =
        X509_set_version(certificate, X509_VERSION_3) == 1 &&
        BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr &&
        X509_set_subject_name(certificate, name.get()) == 1 && X509_set_issuer_name(certificate, issuer_name) == 1 &&
        X509_set_pubkey(certificate, key->get()) == 1 && set_time(X509_getm_notBefore(certificate), what.not_before) &&
        set_time(X509_getm_notAfter(certificate), what.not_after);
    if (!done) return fail(ErrorCode::crypto_failed, "certificate fields: " + ossl::last_error());
    return {};
}

Result<void> set_extensions(X509* certificate, const CertificateTemplate& what,
                            const std::optional<Certificate>& issuer) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer ? issuer->handle() : certificate, certificate, nullptr, nullptr, 0);
    for (const auto& text : extension_texts(what))
        if (!add_text_extension(certificate, &context, text))
            return fail(ErrorCode::crypto_failed, "extension '" + text.value + "': " + ossl::last_error());
    // Of a self-signed certificate the key identifier must be there already, so this comes last.
    if (!add_text_extension(certificate, &context, {NID_authority_key_identifier, "keyid:always"}))
        return fail(ErrorCode::crypto_failed, "authorityKeyIdentifier: " + ossl::last_error());
    if (!what.policies.empty() && !add_policies(certificate, what.policies))
        return fail(ErrorCode::crypto_failed, "certificatePolicies: " + ossl::last_error());
    for (const auto& extra : what.extra)
        if (!add_extra_extension(certificate, extra))
            return fail(ErrorCode::crypto_failed, "extension " + extra.oid + ": " + ossl::last_error());
    return {};
}

/// sign_repeatably puts another ECDSA signature over the one that is there, made without a random nonce. OpenSSL has
/// no setter for a certificate's signature, so its own bit string is written to.
Result<void> sign_repeatably(X509* certificate, const EVP_PKEY* key) {
    const auto signature = ossl::sign_repeatably(key, ossl::to_der(certificate, i2d_re_X509_tbs));
    if (!signature) return fail(signature.error());
    const ASN1_BIT_STRING* bits = nullptr;
    X509_get0_signature(&bits, nullptr, certificate);
    if (ASN1_STRING_set(const_cast<ASN1_BIT_STRING*>(bits), signature->data(), static_cast<int>(signature->size())) !=
        1)
        return fail(ErrorCode::crypto_failed, "signing a certificate: " + ossl::last_error());
    return {};
}

}  // namespace

Result<Certificate> issue(const CertificateTemplate& what, const std::optional<Certificate>& issuer,
                          EVP_PKEY* issuer_key) {
    const ossl::X509Certificate certificate(X509_new());
    if (auto done = set_fields(certificate.get(), what, issuer); !done) return Unexpected{std::move(done).error()};
    if (auto done = set_extensions(certificate.get(), what, issuer); !done) return Unexpected{std::move(done).error()};
    if (X509_sign(certificate.get(), issuer_key, EVP_sha256()) == 0)
        return fail(ErrorCode::crypto_failed, "signing a certificate: " + ossl::last_error());
    if (EVP_PKEY_is_a(issuer_key, "EC") == 1)
        if (auto done = sign_repeatably(certificate.get(), issuer_key); !done) return fail(done.error());
    return Certificate::parse(ossl::to_der(certificate.get(), i2d_X509));
}

}  // namespace rakit::x509
