#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "common/base/secret.hpp"
#include "common/ossl/handles.hpp"
#include "reference/officer/pkcs11_module.hpp"

namespace rakit::reference {

/// Pkcs11KeyUse is the way from an EVP_PKEY to the private key on the token; empty `key` once the officer is locked.
/// `key` and what is behind it belong to the module's thread.
struct Pkcs11KeyUse {
    std::shared_ptr<Pkcs11Module> module;
    EVP_PKEY* key = nullptr;  ///< libp11's
    SecretBytes pin;          ///< for keys that want it before each signature, zero-terminated
    std::optional<Error> failure;
};

/// pkcs11_key makes an EVP_PKEY with the public key of a certificate, RSA or EC, whose signatures are made on the
/// module's thread, within its deadline. Not OpenSSL's global engine: the method belongs to this one key. A failed
/// signature leaves its cause in `use->failure`. Failure: unsupported (another kind of key), crypto_failed.
Result<ossl::PKey> pkcs11_key(const EVP_PKEY* public_key, std::shared_ptr<Pkcs11KeyUse> use);

}  // namespace rakit::reference
