#include "mock_cm/ca/hierarchy.hpp"

#include <cstdlib>

#include "mock_cm/ca/test_names.hpp"

namespace rakit::cm {
namespace {

using namespace std::chrono_literals;

// Fixed, so that the same seed gives the same certificates but for the ECDSA signatures.
constexpr UtcTime kNotBefore = std::chrono::sys_days{2024y / 1 / 1};
constexpr UtcTime kNotAfter = std::chrono::sys_days{2054y / 1 / 1};

constexpr UtcTime kExpired = std::chrono::sys_days{2024y / 2 / 1};

struct Row {
    const char* name;
    const char* common_name;
    const char* issuer;  // null: self-signed
    ossl::KeyType key;
    bool ca;
    long path_length;
    std::vector<std::string> key_usage;
    std::vector<std::string> extended_key_usage;
    std::vector<std::string> subject_alternative_names;
};

/// rows lists issuers before what they issue. The names shout, so that nobody trusts one of these by mistake.
std::vector<Row> rows() {
    using ossl::KeyType;
    const std::vector<std::string> signs{"keyCertSign", "cRLSign"};
    const std::vector<std::string> local{"DNS:localhost", "IP:127.0.0.1", "IP:::1"};
    const std::string cmc_ca = "1.3.6.1.5.5.7.3.27";
    return {
        {"root", "Rakit Test Root CA", nullptr, KeyType::ec_p256, true, 1, signs, {}, {}},
        {"end-user-ca", "Rakit Test End User CA", "root", KeyType::ec_p256, true, 0, signs, {}, {}},
        {"tc-issuer", "Rakit Test TC Issuer", "root", KeyType::rsa2048, true, 0, signs, {}, {}},
        {"officer-ca", "Rakit Test Officer CA", "root", KeyType::ec_p256, true, 0, signs, {}, {}},
        {"response", "Rakit Test CM Response", "root", KeyType::ec_p256, false, 0, {"digitalSignature"}, {cmc_ca}, {}},
        {"untrusted-ca", "Rakit Test End User CA", nullptr, KeyType::ec_p256, true, 1, signs, {}, {}},
        {"expired-ca", "Rakit Test Expired CA", "root", KeyType::ec_p256, true, 0, signs, {}, {}},
        {"tls", "Rakit Test CM Host", "root", KeyType::ec_p256, false, 0, {"digitalSignature"}, {"serverAuth"}, local},
    };
}

x509::CertificateTemplate template_of(const Row& row, const EVP_PKEY* key, Rng& rng) {
    x509::CertificateTemplate what;
    what.serial = random_serial(rng);
    what.subject = test_subject(row.common_name);
    what.spki = ossl::spki(key);
    what.not_before = kNotBefore;
    what.not_after = std::string_view(row.name) == "expired-ca" ? kExpired : kNotAfter;
    what.ca = row.ca;
    if (row.ca) what.path_length = row.path_length;
    what.key_usage = row.key_usage;
    what.extended_key_usage = row.extended_key_usage;
    what.subject_alternative_names = row.subject_alternative_names;
    return what;
}

}  // namespace

Result<Hierarchy> Hierarchy::from_seed(std::uint64_t seed) {
    Hierarchy hierarchy;
    for (const auto& row : rows()) {
        SeededRng rng(seed, std::string("cm authority ") + row.name);
        auto key = ossl::generate_key(row.key, rng);
        if (!key) return Unexpected{std::move(key).error().in(row.name)};
        const auto what = template_of(row, key->get(), rng);
        auto certificate =
            row.issuer == nullptr ? x509::issue(what, std::nullopt, key->get()) : hierarchy.issue(row.issuer, what);
        if (!certificate) return Unexpected{std::move(certificate).error().in(row.name)};
        hierarchy.x_authorities.emplace(row.name, Authority{*std::move(certificate), *std::move(key)});
    }
    return hierarchy;
}

const Authority& Hierarchy::authority(const std::string& name) const {
    const auto found = x_authorities.find(name);
    if (found == x_authorities.end()) std::abort();
    return found->second;
}

Result<x509::Certificate> Hierarchy::issue(const std::string& name, const x509::CertificateTemplate& what) const {
    const auto& issuer = authority(name);
    return x509::issue(what, issuer.certificate, issuer.key.get());
}

std::vector<x509::Certificate> ca_certificates(const Hierarchy& hierarchy) {
    std::vector<x509::Certificate> list;
    for (const auto* name : kCaNames) list.push_back(hierarchy.authority(name).certificate);
    return list;
}

std::string ca_bundle_pem(const Hierarchy& hierarchy) {
    std::string pem;
    for (const auto& certificate : ca_certificates(hierarchy)) pem += x509::to_pem(certificate);
    return pem;
}

}  // namespace rakit::cm
