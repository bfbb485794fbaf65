#include "scenarios/issuer/hierarchy_issuer.hpp"

#include <algorithm>
#include <utility>

#include "common/ossl/digest.hpp"

namespace rakit::scenarios {
namespace {

constexpr std::size_t kSerialOctets = 16;

bool is_issuer(const std::string& name) {
    return std::find(cm::kCaNames.begin(), cm::kCaNames.end(), name) != cm::kCaNames.end();
}

/// serial_of makes a positive serial number from everything that tells two wishes apart.
Bytes serial_of(const cards::CertificateWish& wish) {
    Bytes seed = to_bytes(wish.issuer + '\n' + wish.common_name + '\n' + wish.card_serial + '\n' +
                          to_iso8601(wish.not_before) + '\n' + to_iso8601(wish.not_after) + '\n');
    append(seed, wish.spki);
    Bytes serial = ossl::sha256(seed);
    serial.resize(kSerialOctets);
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3FU) | 0x40U);
    return serial;
}

Result<cm::Authority> make_stranger() {
    SeededRng rng(cm::Hierarchy::kDefaultSeed, "stranger");
    auto key = ossl::generate_key(ossl::KeyType::rsa2048, rng);
    if (!key) return fail(std::move(key).error());
    x509::CertificateTemplate what;
    what.serial = {0x5A};
    what.subject = {{"O", "Strangers"}, {"CN", "A CA That Nobody Trusts"}};
    what.spki = ossl::spki(key->get());
    what.not_before = *from_iso8601("2024-01-01T00:00:00Z");
    what.not_after = *from_iso8601("2049-01-01T00:00:00Z");
    what.ca = true;
    what.key_usage = {"keyCertSign", "cRLSign"};
    auto certificate = x509::issue(what, std::nullopt, key->get());
    if (!certificate) return fail(std::move(certificate).error());
    return cm::Authority{std::move(*certificate), std::move(*key)};
}

/// spoiled flips a bit of the signature, which ends the encoding (RFC 5280 section 4.1.1.3).
Result<x509::Certificate> spoiled(const x509::Certificate& certificate) {
    Bytes der = certificate.der();
    der.back() ^= 0x01U;
    return x509::Certificate::parse(der);
}

}  // namespace

Result<const cm::Authority*> HierarchyIssuer::authority(const std::string& name) {
    if (is_issuer(name)) return &x_hierarchy.authority(name);
    if (name != "stranger") return fail(ErrorCode::document_invalid, "no such issuer: " + name);
    if (!x_stranger) {
        auto made = make_stranger();
        if (!made) return fail(std::move(made).error());
        x_stranger = std::move(*made);
    }
    return &*x_stranger;
}

Result<x509::Certificate> HierarchyIssuer::issue(const cards::CertificateWish& wish) {
    auto issuer = authority(wish.issuer);
    if (!issuer) return fail(std::move(issuer).error());
    x509::CertificateTemplate what;
    what.serial = serial_of(wish);
    if (!wish.card_serial.empty()) what.subject.push_back({"serialNumber", wish.card_serial});
    what.subject.push_back({"CN", wish.common_name});
    what.spki = wish.spki;
    what.not_before = wish.not_before;
    what.not_after = wish.not_after;
    what.ca = wish.authority;
    what.key_usage = wish.key_usage;
    what.extended_key_usage = wish.extended_key_usage;
    what.policies = wish.policies;
    auto certificate = x509::issue(what, (*issuer)->certificate, (*issuer)->key.get());
    if (!certificate || !wish.bad_signature) return certificate;
    return spoiled(*certificate);
}

Result<x509::Certificate> HierarchyIssuer::ca_certificate(const std::string& issuer) {
    auto found = authority(issuer);
    if (!found) return fail(std::move(found).error());
    return (*found)->certificate;
}

}  // namespace rakit::scenarios
