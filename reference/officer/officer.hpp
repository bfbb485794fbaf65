#pragma once

#include <string>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/ossl/handles.hpp"
#include "common/x509/certificate.hpp"

namespace rakit::reference {

/// OfficerCredential is an officer's certificate and a way to use its key: a software token or a card.
class OfficerCredential {
public:
    virtual ~OfficerCredential() = default;
    virtual const x509::Certificate& certificate() const = 0;
    /// chain holds the CA certificates that came with it, leaf's issuer first.
    virtual const std::vector<x509::Certificate>& chain() const = 0;
    virtual bool is_soft_token() const = 0;
    /// key is usable after unlock(); for TLS and for CMS. Null before.
    virtual EVP_PKEY* key() const = 0;
    /// unlock opens the key with the signature PIN. Failures: pin_wrong, pin_blocked, officer_credential_invalid.
    virtual Result<void> unlock(const Pin& signature_pin) = 0;
    /// lock forgets the opened key.
    virtual void lock() = 0;
};

}  // namespace rakit::reference
