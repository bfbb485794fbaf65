#include "common/base/secret.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/ca/test_names.hpp"

namespace rakit::cm {
namespace {

constexpr int kIterations = 10000;

Result<Bytes> pkcs12_of(const std::string& friendly_name, std::string_view password, EVP_PKEY* key,
                        const x509::Certificate& certificate, const Hierarchy& hierarchy) {
    SecretBytes terminated(password.begin(), password.end());
    terminated.push_back(0);
    const auto* passphrase = reinterpret_cast<const char*>(terminated.data());
    const ossl::Certificates chain(sk_X509_new_null());
    for (const auto* name : {"officer-ca", "root"})
        X509_add_cert(chain.get(), hierarchy.authority(name).certificate.handle(), X509_ADD_FLAG_UP_REF);
    // PBES2 with AES for both bags; the MAC is set apart, because PKCS12_create leaves its digest to the defaults.
    const ossl::Pkcs12 token(PKCS12_create(passphrase, friendly_name.c_str(), key, certificate.handle(), chain.get(),
                                           NID_aes_256_cbc, NID_aes_256_cbc, kIterations, -1, 0));
    if (!token || PKCS12_set_mac(token.get(), passphrase, -1, nullptr, 0, kIterations, EVP_sha256()) != 1)
        return fail(ErrorCode::crypto_failed, "PKCS#12: " + ossl::last_error());
    return ossl::to_der(token.get(), i2d_PKCS12);
}

}  // namespace

Result<OfficerToken> officer_token(const Hierarchy& hierarchy, const std::string& common_name,
                                   std::string_view password, UtcTime not_before, UtcTime not_after, Rng& rng) {
    auto key = ossl::generate_key(ossl::KeyType::ec_p256, rng);
    if (!key) return Unexpected{std::move(key).error()};
    x509::CertificateTemplate what;
    what.serial = random_serial(rng);
    what.subject = test_subject(common_name);
    what.spki = ossl::spki(key->get());
    what.not_before = not_before;
    what.not_after = not_after;
    what.key_usage = {"digitalSignature"};
    what.extended_key_usage = {"1.3.6.1.5.5.7.3.28", "clientAuth"};  // cmcRA (RFC 6402 section 2.10) and TLS
    auto certificate = hierarchy.issue("officer-ca", what);
    if (!certificate) return Unexpected{std::move(certificate).error()};
    auto pkcs12 = pkcs12_of(common_name, password, key->get(), *certificate, hierarchy);
    if (!pkcs12) return Unexpected{std::move(pkcs12).error()};
    return OfficerToken{*std::move(certificate), *std::move(pkcs12)};
}

Result<x509::Certificate> read_officer_token(ByteView pkcs12, std::string_view password) {
    SecretBytes terminated(password.begin(), password.end());
    terminated.push_back(0);
    const unsigned char* cursor = pkcs12.data();
    const ossl::Pkcs12 token(d2i_PKCS12(nullptr, &cursor, static_cast<long>(pkcs12.size())));
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    const bool read = token && PKCS12_parse(token.get(), reinterpret_cast<const char*>(terminated.data()), &key,
                                            &certificate, nullptr) == 1;
    const ossl::PKey own_key(key);
    const ossl::X509Certificate own_certificate(certificate);
    if (!read || !own_certificate) return fail(ErrorCode::crypto_failed, "PKCS#12: " + ossl::last_error());
    return x509::Certificate::share(own_certificate.get());
}

}  // namespace rakit::cm
