#include "reference/officer/pkcs12_officer.hpp"

#include <cstdlib>

#include "common/base/file.hpp"
#include "reference/officer/chain.hpp"

namespace rakit::reference {
namespace {

constexpr std::size_t kFileLimit = 1U << 20U;

Unexpected invalid(std::string detail) { return fail(ErrorCode::officer_credential_invalid, std::move(detail)); }

inline void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags) { sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free); }
inline void free_safes(STACK_OF(PKCS7) * safes) { sk_PKCS7_pop_free(safes, PKCS7_free); }
using Bags = ossl::Handle<STACK_OF(PKCS12_SAFEBAG), free_bags>;
using Safes = ossl::Handle<STACK_OF(PKCS7), free_safes>;

std::optional<x509::Certificate> certificate_of(const PKCS12_SAFEBAG* bag) {
    if (PKCS12_SAFEBAG_get_nid(bag) != NID_certBag) return std::nullopt;
    const ossl::X509Certificate handle(PKCS12_SAFEBAG_get1_cert(bag));
    if (!handle) return std::nullopt;
    auto certificate = x509::Certificate::parse(ossl::to_der(handle.get(), i2d_X509));
    if (!certificate) return std::nullopt;
    return *std::move(certificate);
}

/// A certificate that lies open belongs to the key if it has a localKeyId (RFC 7292 section 4.2.2).
std::optional<x509::Certificate> open_certificate(const PKCS12* container) {
    const Safes safes(PKCS12_unpack_authsafes(container));
    for (int i = 0; safes && i < sk_PKCS7_num(safes.get()); ++i) {
        PKCS7* safe = sk_PKCS7_value(safes.get(), i);
        if (OBJ_obj2nid(safe->type) != NID_pkcs7_data) continue;
        const Bags bags(PKCS12_unpack_p7data(safe));
        for (int j = 0; bags && j < sk_PKCS12_SAFEBAG_num(bags.get()); ++j) {
            const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags.get(), j);
            if (PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID) == nullptr) continue;
            if (auto certificate = certificate_of(bag)) return certificate;
        }
    }
    return std::nullopt;
}

}  // namespace

Pkcs12Officer::Pkcs12Officer(ossl::Pkcs12 container)
    : x_container(std::move(container)), x_certificate(open_certificate(x_container.get())) {
    ossl::last_error();
}

Result<std::unique_ptr<Pkcs12Officer>> Pkcs12Officer::open(const std::filesystem::path& path) {
    const auto content = read_file(path, kFileLimit);
    if (!content) return fail(content.error());
    auto officer = from_bytes(*content);
    if (officer) return officer;
    Error error = std::move(officer).error();
    error.where = path.string();
    return fail(std::move(error));
}

Result<std::unique_ptr<Pkcs12Officer>> Pkcs12Officer::from_bytes(ByteView der) {
    const unsigned char* cursor = der.data();
    ossl::Pkcs12 container(d2i_PKCS12(nullptr, &cursor, static_cast<long>(der.size())));
    if (!container) return invalid("not a PKCS#12: " + ossl::last_error());
    if (cursor != der.data() + der.size()) return invalid("octets after the PKCS#12");
    if (PKCS12_mac_present(container.get()) != 1) return invalid("the PKCS#12 has no MAC, so no PIN guards it");
    return std::unique_ptr<Pkcs12Officer>(new Pkcs12Officer(std::move(container)));
}

const x509::Certificate& Pkcs12Officer::certificate() const {
    if (!x_certificate) std::abort();
    return *x_certificate;
}

Result<void> Pkcs12Officer::unlock(const Pin& signature_pin) {
    SecretBytes password(signature_pin.digits().begin(), signature_pin.digits().end());
    password.push_back(0);
    const auto* text = reinterpret_cast<const char*>(password.data());
    if (PKCS12_verify_mac(x_container.get(), text, static_cast<int>(password.size() - 1)) != 1) {
        ossl::last_error();
        return fail(ErrorCode::pin_wrong, "the signature PIN does not open the software token, or the file is damaged");
    }
    EVP_PKEY* raw_key = nullptr;
    X509* raw_certificate = nullptr;
    STACK_OF(X509)* raw_chain = nullptr;
    const bool parsed = PKCS12_parse(x_container.get(), text, &raw_key, &raw_certificate, &raw_chain) == 1;
    ossl::PKey key(raw_key);
    const ossl::X509Certificate handle(raw_certificate);
    const ossl::Certificates stack(raw_chain);
    if (!parsed) return invalid("the PKCS#12 can't be opened: " + ossl::last_error());
    if (!key || !handle) return invalid("the PKCS#12 holds no key with its certificate");
    if (X509_check_private_key(handle.get(), key.get()) != 1) {
        ossl::last_error();
        return invalid("the key and the certificate of the PKCS#12 don't belong together");
    }
    auto certificate = x509::Certificate::parse(ossl::to_der(handle.get(), i2d_X509));
    if (!certificate) return invalid("the officer's certificate: " + certificate.error().detail);
    std::vector<x509::Certificate> pool;
    for (int i = 0; stack && i < sk_X509_num(stack.get()); ++i) {
        auto parsed_issuer = x509::Certificate::parse(ossl::to_der(sk_X509_value(stack.get(), i), i2d_X509));
        if (!parsed_issuer) return invalid("a CA certificate: " + parsed_issuer.error().detail);
        pool.push_back(*std::move(parsed_issuer));
    }
    x_chain = issuers_first(*certificate, std::move(pool));
    x_certificate = *std::move(certificate);
    x_key = std::move(key);
    return {};
}

}  // namespace rakit::reference
