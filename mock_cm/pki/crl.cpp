#include "mock_cm/pki/crl.hpp"

#include <algorithm>

#include "mock_cm/pki/asn1_values.hpp"

namespace rakit::cm {
namespace {

using RevokedEntry = ossl::Handle<X509_REVOKED, X509_REVOKED_free>;

/// crl_number grows with each second and, within one, with each entry.
ossl::Integer crl_number(UtcTime now, std::size_t entries) {
    constexpr std::int64_t kEntriesOfASecond = 1 << 20;
    const auto count = std::min<std::int64_t>(static_cast<std::int64_t>(entries), kEntriesOfASecond - 1);
    ossl::Integer number(ASN1_INTEGER_new());
    ASN1_INTEGER_set_int64(number.get(), now.time_since_epoch().count() * kEntriesOfASecond + count);
    return number;
}

bool add_reason(X509_REVOKED* entry, int reason) {
    if (reason == 0) return true;  // unspecified is said by absence (RFC 5280 section 5.3.1)
    const ossl::Handle<ASN1_ENUMERATED, ASN1_ENUMERATED_free> value(ASN1_ENUMERATED_new());
    return value && ASN1_ENUMERATED_set(value.get(), reason) == 1 &&
           X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, value.get(), 0, 0) == 1;
}

bool add_entry(X509_CRL* crl, const Revocation& revocation) {
    RevokedEntry entry(X509_REVOKED_new());
    const auto serial = serial_of(revocation.serial);
    const auto at = time_of(revocation.at);
    const bool made = entry && serial && at && X509_REVOKED_set_serialNumber(entry.get(), serial.get()) == 1 &&
                      X509_REVOKED_set_revocationDate(entry.get(), at.get()) == 1 &&
                      add_reason(entry.get(), revocation.reason);
    return made && X509_CRL_add0_revoked(crl, entry.release()) == 1;
}

bool add_extensions(X509_CRL* crl, const x509::Certificate& issuer, const ossl::Integer& number) {
    const ossl::Handle<AUTHORITY_KEYID, AUTHORITY_KEYID_free> key(AUTHORITY_KEYID_new());
    const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(issuer.handle());
    if (!key || id == nullptr) return false;
    key->keyid = ASN1_OCTET_STRING_dup(id);
    return X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, key.get(), 0, 0) == 1 &&
           X509_CRL_add1_ext_i2d(crl, NID_crl_number, number.get(), 0, 0) == 1;
}

}  // namespace

Result<Bytes> make_crl(const Authority& authority, const std::vector<Revocation>& entries, UtcTime now) {
    const auto& [issuer, key] = authority;
    const ossl::X509Crl crl(X509_CRL_new());
    const auto from = time_of(now), until = time_of(now + kListValidity);
    bool done = crl && from && until && X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2) == 1 &&
                X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.handle())) == 1 &&
                X509_CRL_set1_lastUpdate(crl.get(), from.get()) == 1 &&
                X509_CRL_set1_nextUpdate(crl.get(), until.get()) == 1 &&
                add_extensions(crl.get(), issuer, crl_number(now, entries.size()));
    for (const auto& one : entries) done = done && add_entry(crl.get(), one);
    if (!done || X509_CRL_sort(crl.get()) != 1 || X509_CRL_sign(crl.get(), key.get(), EVP_sha256()) == 0)
        return fail(ErrorCode::crypto_failed, "making a CRL: " + ossl::last_error());
    return ossl::to_der(crl.get(), i2d_X509_CRL);
}

}  // namespace rakit::cm
