#pragma once

#include <memory>

#include "reference/officer/officer.hpp"
#include "reference/officer/pkcs11_module.hpp"
#include "reference/officer/pkcs11_uri.hpp"

namespace rakit::reference {

/// Pkcs11Officer is an officer's card behind a PKCS#11 module: the key never leaves it; RSA or EC. Two officers on one
/// token share its login.
class Pkcs11Officer final : public OfficerCredential {
public:
    /// open finds the one certificate that the URI means; CA certificates count only if the URI names them. Failures:
    /// officer_card_absent (no token that the URI means), officer_credential_invalid (no certificate, or several).
    static Result<std::unique_ptr<Pkcs11Officer>> open(std::shared_ptr<Pkcs11Module> module, const Pkcs11Uri& uri);
    ~Pkcs11Officer() override;

    const x509::Certificate& certificate() const override;
    const std::vector<x509::Certificate>& chain() const override;
    bool is_soft_token() const override { return false; }
    EVP_PKEY* key() const override;
    /// unlock logs in with the signature PIN; a key that wants the PIN before each signature gets it from there until
    /// lock(). Failures: pin_wrong, pin_blocked, pin_malformed, officer_card_absent, officer_credential_invalid (no key
    /// for the certificate).
    Result<void> unlock(const Pin& signature_pin) override;
    void lock() override;
    std::optional<int> tries_left() const override;
    std::string token_serial() const override;
    std::string reader() const override;
    std::optional<Error> take_failure() const override;

private:
    struct Parts;
    explicit Pkcs11Officer(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> x_parts;
};

}  // namespace rakit::reference
