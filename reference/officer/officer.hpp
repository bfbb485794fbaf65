#pragma once

#include <optional>
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
    /// unlock opens the key with the signature PIN. Failures: pin_wrong, pin_blocked, officer_credential_invalid,
    /// officer_card_absent.
    virtual Result<void> unlock(const Pin& signature_pin) = 0;
    /// lock forgets the opened key.
    virtual void lock() = 0;

    /// tries_left of the signature PIN, without trying; nothing if nobody tells.
    virtual std::optional<int> tries_left() const { return std::nullopt; }
    /// token_serial is the serial number of the officer's card; empty for a software token.
    virtual std::string token_serial() const { return {}; }
    /// reader is the name of the reader that the officer's card is in; empty if there is none.
    virtual std::string reader() const { return {}; }
    /// take_failure tells what the last use of the key failed with, once: OpenSSL's own error says only that it did.
    virtual std::optional<Error> take_failure() const { return std::nullopt; }
};

}  // namespace rakit::reference
