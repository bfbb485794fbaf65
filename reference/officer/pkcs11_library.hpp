#pragma once

#include <libp11.h>
#include <openssl/ui.h>

#include <string>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"

/// What only the module's thread may touch. Not for others than reference/officer's .cpp files.
namespace rakit::reference {

/// Pkcs11Library is libp11's context with the slots that it enumerated.
struct Pkcs11Library {
    Pkcs11Library() = default;
    Pkcs11Library(const Pkcs11Library&) = delete;
    Pkcs11Library& operator=(const Pkcs11Library&) = delete;

    Result<void> open(const std::string& path);
    /// refresh looks at the slots again, unless a key is open: its session would go with the old list. (libp11 0.4.12's
    /// PKCS11_update_slots, made for that, crashes when it is called a second time.) Failure: see module_error.
    Result<void> refresh();
    void close();

    PKCS11_CTX* context = nullptr;
    PKCS11_SLOT* slots = nullptr;
    unsigned count = 0;
    unsigned open_keys = 0;
    UI_METHOD* ask = nullptr;
    SecretBytes pin;  ///< for a context-specific login, zero-terminated; there for the length of one signature
};

/// module_error makes an Error of libp11's last one. Codes: pin_wrong, pin_blocked, pin_malformed, officer_card_absent,
/// else officer_credential_invalid.
Error module_error(const std::string& doing);

}  // namespace rakit::reference
