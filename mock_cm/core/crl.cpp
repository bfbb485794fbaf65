#include "mock_cm/core/crl.hpp"

#include <openssl/pem.h>

namespace rakit::cm {

Result<Crl> Crl::parse_pem(std::string_view text) {
    const ossl::Bio bio = ossl::memory_bio(as_bytes(text));
    Crl crl;
    crl.x_crl = std::shared_ptr<X509_CRL>(PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr), X509_CRL_free);
    if (!crl.x_crl) return fail(ErrorCode::crypto_failed, "no X509 CRL block: " + ossl::last_error());
    return crl;
}

bool Crl::is_of(const x509::Certificate& issuer) const {
    if (X509_NAME_cmp(X509_CRL_get_issuer(x_crl.get()), X509_get_subject_name(issuer.handle())) != 0) return false;
    const bool good = X509_CRL_verify(x_crl.get(), X509_get0_pubkey(issuer.handle())) == 1;
    ossl::last_error();
    return good;
}

std::optional<UtcTime> Crl::revoked_at(const x509::Certificate& certificate) const {
    X509_REVOKED* entry = nullptr;
    // 2 is an entry that was taken off the list again.
    if (X509_CRL_get0_by_cert(x_crl.get(), &entry, certificate.handle()) != 1) return std::nullopt;
    return x509::to_utc(X509_REVOKED_get0_revocationDate(entry));
}

}  // namespace rakit::cm
