#include "common/x509/builder.hpp"

#include "common/ossl/ecdsa.hpp"
#include "common/ossl/keys.hpp"

namespace rakit::x509 {
namespace {

using Algorithm = ossl::Handle<X509_ALGOR, X509_ALGOR_free>;

void free_sequence(ASN1_SEQUENCE_ANY* parts) { sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free); }
using Sequence = ossl::Handle<ASN1_SEQUENCE_ANY, free_sequence>;

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

/// set_key puts a SubjectPublicKeyInfo in as it stands: OpenSSL's setter would encode and decode the key once more,
/// which takes longer than signing. issue() judges the key when it reads the finished certificate.
bool set_key(X509* certificate, ByteView spki) {
    const unsigned char* cursor = spki.data();
    const Sequence parts(d2i_ASN1_SEQUENCE_ANY(nullptr, &cursor, static_cast<long>(spki.size())));
    if (!parts || cursor != spki.data() + spki.size() || sk_ASN1_TYPE_num(parts.get()) != 2) return false;
    const ASN1_TYPE* type = sk_ASN1_TYPE_value(parts.get(), 0);
    const ASN1_TYPE* bits = sk_ASN1_TYPE_value(parts.get(), 1);
    if (type->type != V_ASN1_SEQUENCE || bits->type != V_ASN1_BIT_STRING) return false;
    cursor = type->value.sequence->data;
    const Algorithm algorithm(d2i_X509_ALGOR(nullptr, &cursor, type->value.sequence->length));
    const auto size = static_cast<std::size_t>(bits->value.bit_string->length);
    if (!algorithm || size == 0) return false;
    auto* copy = static_cast<unsigned char*>(OPENSSL_memdup(bits->value.bit_string->data, size));
    X509_PUBKEY* to = X509_get_X509_PUBKEY(certificate);
    if (copy != nullptr &&
        X509_PUBKEY_set0_param(to, OBJ_nid2obj(NID_undef), V_ASN1_UNDEF, nullptr, copy, static_cast<int>(size)) == 1) {
        X509_ALGOR* own = nullptr;
        return X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &own, to) == 1 &&
               X509_ALGOR_copy(own, algorithm.get()) == 1;
    }
    OPENSSL_free(copy);
    return false;
}

Result<void> set_fields(X509* certificate, const CertificateTemplate& what, const std::optional<Certificate>& issuer) {
    const ossl::BigNumber serial(BN_bin2bn(what.serial.data(), static_cast<int>(what.serial.size()), nullptr));
    auto subject = encode_name(what.subject);
    if (!subject) return Unexpected{std::move(subject).error()};
    const unsigned char* cursor = subject->data();
    const ossl::Name name(d2i_X509_NAME(nullptr, &cursor, static_cast<long>(subject->size())));
    const X509_NAME* issuer_name = issuer ? X509_get_subject_name(issuer->handle()) : name.get();
    const bool done = X509_set_version(certificate, X509_VERSION_3) == 1 &&
                      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr &&
                      X509_set_subject_name(certificate, name.get()) == 1 &&
                      X509_set_issuer_name(certificate, issuer_name) == 1 && set_key(certificate, what.spki) &&
                      set_time(X509_getm_notBefore(certificate), what.not_before) &&
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

/// sign_repeatably makes an ECDSA signature without a random nonce. OpenSSL has no setters for a certificate's
/// signature and its algorithm, so its own are written to.
Result<void> sign_repeatably(X509* certificate, const EVP_PKEY* key) {
    const X509_ALGOR* outer = nullptr;
    X509_get0_signature(nullptr, &outer, certificate);
    for (const auto* algorithm : {outer, X509_get0_tbs_sigalg(certificate)})
        if (X509_ALGOR_set0(const_cast<X509_ALGOR*>(algorithm), OBJ_nid2obj(NID_ecdsa_with_SHA256), V_ASN1_UNDEF,
                            nullptr) != 1)
            return fail(ErrorCode::crypto_failed, "signing a certificate: " + ossl::last_error());
    const auto signature = ossl::sign_repeatably(key, ossl::to_der(certificate, i2d_re_X509_tbs));
    if (!signature) return fail(signature.error());
    const ASN1_BIT_STRING* shown = nullptr;
    X509_get0_signature(&shown, nullptr, certificate);
    auto* bits = const_cast<ASN1_BIT_STRING*>(shown);
    if (ASN1_STRING_set(bits, signature->data(), static_cast<int>(signature->size())) != 1)
        return fail(ErrorCode::crypto_failed, "signing a certificate: " + ossl::last_error());
    // No unused bits; without this, zeros at the end would be cut off.
    bits->flags = (bits->flags & ~0x07L) | ASN1_STRING_FLAG_BITS_LEFT;
    return {};
}

}  // namespace

Result<Certificate> issue(const CertificateTemplate& what, const std::optional<Certificate>& issuer,
                          EVP_PKEY* issuer_key) {
    const ossl::X509Certificate certificate(X509_new());
    if (auto done = set_fields(certificate.get(), what, issuer); !done) return Unexpected{std::move(done).error()};
    if (auto done = set_extensions(certificate.get(), what, issuer); !done) return Unexpected{std::move(done).error()};
    if (EVP_PKEY_is_a(issuer_key, "EC") == 1) {
        if (auto done = sign_repeatably(certificate.get(), issuer_key); !done) return fail(done.error());
    } else if (X509_sign(certificate.get(), issuer_key, EVP_sha256()) == 0) {
        return fail(ErrorCode::crypto_failed, "signing a certificate: " + ossl::last_error());
    }
    auto issued = Certificate::parse(ossl::to_der(certificate.get(), i2d_X509));
    if (issued && X509_get0_pubkey(issued->handle()) == nullptr)
        return fail(ErrorCode::crypto_failed, "not a SubjectPublicKeyInfo: " + ossl::last_error());
    return issued;
}

}  // namespace rakit::x509
