#pragma once

#include <map>

#include "common/ossl/keys.hpp"
#include "common/x509/builder.hpp"
#include "virtual_cards/images/certificate_issuer.hpp"

namespace rakit::test {

/// TestIssuer makes what recipes wish with an RSA CA of its own for each issuer's name, from a fixed seed: the same
/// wish gives the same octets. The CAs' subjects are `CN=Test <issuer>`.
class TestIssuer final : public cards::CertificateIssuer {
public:
    Result<x509::Certificate> issue(const cards::CertificateWish& wish) override {
        auto& authority = authority_of(wish.issuer);
        x509::CertificateTemplate what;
        what.serial = {0x01, static_cast<std::uint8_t>(++x_serial >> 8), static_cast<std::uint8_t>(x_serial)};
        what.subject = {{"CN", wish.common_name}};
        if (!wish.card_serial.empty()) what.subject.push_back({"serialNumber", wish.card_serial});
        what.spki = wish.spki;
        what.not_before = wish.not_before;
        what.not_after = wish.not_after;
        what.ca = wish.authority;
        what.key_usage = wish.key_usage;
        what.extended_key_usage = wish.extended_key_usage;
        what.policies = wish.policies;
        auto issued = x509::issue(what, authority.certificate, authority.key.get());
        if (!issued || !wish.bad_signature) return issued;
        auto der = issued->der();
        der.back() ^= 0x01;
        return x509::Certificate::parse(der);
    }

    Result<x509::Certificate> ca_certificate(const std::string& issuer) override {
        return authority_of(issuer).certificate;
    }

private:
    struct Authority {
        x509::Certificate certificate;
        ossl::PKey key;
    };

    Authority& authority_of(const std::string& name) {
        if (const auto found = x_authorities.find(name); found != x_authorities.end()) return found->second;
        SeededRng stream(7, "test issuer " + name);
        auto key = *ossl::generate_key(ossl::KeyType::rsa1024, stream);
        x509::CertificateTemplate what;
        what.serial = {0x01};
        what.subject = {{"CN", "Test " + name}};
        what.spki = ossl::spki(key.get());
        what.not_before = *from_iso8601("2020-01-01T00:00:00Z");
        what.not_after = *from_iso8601("2060-01-01T00:00:00Z");
        what.ca = true;
        what.key_usage = {"keyCertSign", "cRLSign"};
        auto certificate = *x509::issue(what, std::nullopt, key.get());
        return x_authorities.emplace(name, Authority{std::move(certificate), std::move(key)}).first->second;
    }

    std::map<std::string, Authority> x_authorities;
    unsigned x_serial = 0;
};

}  // namespace rakit::test
