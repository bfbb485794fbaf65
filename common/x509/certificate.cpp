#include "common/x509/certificate.hpp"

#include <openssl/pem.h>

#include "common/ossl/decode.hpp"
#include "common/ossl/digest.hpp"
#include "common/x509/serial.hpp"

namespace rakit::x509 {
namespace {

std::string dotted(const ASN1_OBJECT* object) {
    char text[128];
    OBJ_obj2txt(text, sizeof text, object, 1);
    return text;
}

Result<DistinguishedName> name_of(const X509_NAME* name) {
    return decode_name(ossl::to_der(const_cast<X509_NAME*>(name), i2d_X509_NAME));
}

}  // namespace

UtcTime to_utc(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return UtcTime(std::chrono::seconds(timegm(&parts)));
}

Result<Certificate> Certificate::parse(ByteView der) {
    auto decoded = ossl::decode_certificate(der);
    if (!decoded.object) return fail(ErrorCode::crypto_failed, "not a certificate: " + ossl::last_error());
    if (decoded.size != der.size()) return fail(ErrorCode::crypto_failed, "octets after the certificate");
    return take(std::move(decoded.object), Bytes(der.begin(), der.end()));
}

Result<Certificate> Certificate::share(X509* parsed) {
    X509_up_ref(parsed);
    std::shared_ptr<X509> owned(parsed, X509_free);
    Bytes der = ossl::to_der(parsed, i2d_X509);
    if (der.empty()) return fail(ErrorCode::crypto_failed, "not a certificate: " + ossl::last_error());
    return take(std::move(owned), std::move(der));
}

Result<Certificate> Certificate::take(std::shared_ptr<X509> handle, Bytes der) {
    auto subject = name_of(X509_get_subject_name(handle.get()));
    if (!subject) return Unexpected{std::move(subject).error().in("subject")};
    auto issuer = name_of(X509_get_issuer_name(handle.get()));
    if (!issuer) return Unexpected{std::move(issuer).error().in("issuer")};
    Certificate certificate;
    certificate.x_handle = std::move(handle);
    certificate.x_der = std::move(der);
    certificate.x_subject = *std::move(subject);
    certificate.x_issuer = *std::move(issuer);
    return certificate;
}

Bytes Certificate::subject_der() const { return ossl::to_der(X509_get_subject_name(handle()), i2d_X509_NAME); }

Bytes Certificate::issuer_der() const { return ossl::to_der(X509_get_issuer_name(handle()), i2d_X509_NAME); }

std::string serial_hex(const ASN1_INTEGER* serial) {
    const ossl::BigNumber number(ASN1_INTEGER_to_BN(serial, nullptr));
    Bytes octets(number ? static_cast<std::size_t>(BN_num_bytes(number.get())) : 0);
    if (!octets.empty()) BN_bn2bin(number.get(), octets.data());
    return octets.empty() ? "00" : to_hex(octets);
}

std::string Certificate::serial_hex() const { return x509::serial_hex(X509_get0_serialNumber(handle())); }

Bytes Certificate::serial_der() const { return ossl::to_der(X509_get_serialNumber(handle()), i2d_ASN1_INTEGER); }

UtcTime Certificate::not_before() const { return to_utc(X509_get0_notBefore(handle())); }

UtcTime Certificate::not_after() const { return to_utc(X509_get0_notAfter(handle())); }

Bytes Certificate::spki() const { return ossl::to_der(X509_get_X509_PUBKEY(handle()), i2d_X509_PUBKEY); }

Result<ossl::PKey> Certificate::public_key() const {
    if (EVP_PKEY* decoded = X509_get0_pubkey(handle())) return ossl::share(decoded);
    return ossl::parse_spki(spki());
}

std::vector<std::string> Certificate::policies() const {
    const ossl::Handle<CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free> policies(
        static_cast<CERTIFICATEPOLICIES*>(X509_get_ext_d2i(handle(), NID_certificate_policies, nullptr, nullptr)));
    std::vector<std::string> oids;
    for (int i = 0; policies && i < sk_POLICYINFO_num(policies.get()); ++i)
        oids.push_back(dotted(sk_POLICYINFO_value(policies.get(), i)->policyid));
    return oids;
}

std::vector<std::string> Certificate::email_addresses() const {
    const ossl::Handle<GENERAL_NAMES, GENERAL_NAMES_free> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(handle(), NID_subject_alt_name, nullptr, nullptr)));
    std::vector<std::string> addresses;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_EMAIL) continue;
        const ASN1_IA5STRING* text = name->d.rfc822Name;
        addresses.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                               static_cast<std::size_t>(ASN1_STRING_length(text)));
    }
    return addresses;
}

std::vector<std::string> Certificate::extended_key_usages() const {
    const ossl::Handle<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free> usages(
        static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(handle(), NID_ext_key_usage, nullptr, nullptr)));
    std::vector<std::string> oids;
    for (int i = 0; usages && i < sk_ASN1_OBJECT_num(usages.get()); ++i)
        oids.push_back(dotted(sk_ASN1_OBJECT_value(usages.get(), i)));
    return oids;
}

std::optional<unsigned> Certificate::key_usage() const {
    if (X509_get_ext_by_NID(handle(), NID_key_usage, -1) < 0) return std::nullopt;
    return X509_get_key_usage(handle());
}

bool Certificate::is_ca() const { return X509_check_ca(handle()) == 1; }

Bytes Certificate::sha256() const { return ossl::sha256(x_der); }

bool Certificate::signed_by(const Certificate& issuer) const {
    const bool good = X509_verify(handle(), X509_get0_pubkey(issuer.handle())) == 1;
    ossl::last_error();
    return good;
}

bool chains(const Certificate& leaf, const std::vector<Certificate>& intermediates,
            const std::vector<Certificate>& anchors, std::optional<UtcTime> at) {
    const ossl::Store store(X509_STORE_new());
    for (const auto& anchor : anchors) X509_STORE_add_cert(store.get(), anchor.handle());
    const ossl::Certificates untrusted(sk_X509_new_null());
    for (const auto& certificate : intermediates) {
        X509_up_ref(certificate.handle());
        sk_X509_push(untrusted.get(), certificate.handle());
    }
    const ossl::StoreContext context(X509_STORE_CTX_new());
    if (X509_STORE_CTX_init(context.get(), store.get(), leaf.handle(), untrusted.get()) != 1) return false;
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    // An anchor may be an intermediate CA: it is trusted because it was named, not because it is self-signed.
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    if (at)
        X509_VERIFY_PARAM_set_time(parameters, at->time_since_epoch().count());
    else
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
    const bool good = X509_verify_cert(context.get()) == 1;
    ossl::last_error();
    return good;
}

std::string to_pem(const Certificate& certificate) {
    const ossl::Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate.handle());
    return std::string(as_text(ossl::bio_content(bio.get())));
}

Result<std::vector<Certificate>> parse_pem(std::string_view text) {
    const ossl::Bio bio = ossl::memory_bio(as_bytes(text));
    std::vector<Certificate> certificates;
    for (;;) {
        const ossl::X509Certificate next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!next) break;
        auto parsed = Certificate::parse(ossl::to_der(next.get(), i2d_X509));
        if (!parsed) return Unexpected{std::move(parsed).error()};
        certificates.push_back(*std::move(parsed));
    }
    ossl::last_error();
    if (certificates.empty()) return fail(ErrorCode::crypto_failed, "no CERTIFICATE block");
    return certificates;
}

}  // namespace rakit::x509
