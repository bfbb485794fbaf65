#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/ossl/keys.hpp"
#include "common/x509/certificate.hpp"

namespace rakit::reference {

/// PinState is one PIN object of a card.
struct PinState {
    std::string id;     ///< PKCS#15 authId in hex; "80" on PIV
    std::string label;  ///< as on the card: "PIN 1"
    std::uint8_t reference = 0;
    std::size_t min_length = 4;
    std::size_t max_length = 8;
    std::size_t stored_length = 8;
    std::uint8_t pad = 0xFF;
    std::optional<int> tries_left;  ///< nothing: the card doesn't tell. 0: blocked
    bool is_so_pin = false;         ///< the operator's (OP PIN)
};

/// StoredCertificate is one certificate on the card.
struct StoredCertificate {
    x509::Certificate certificate;
    std::string label;
    std::string place;       ///< where it lies, for people and for plan_write: "3F0050154301"
    bool transport = false;  ///< recognised as a TC by its policy
};

/// KeyLine is one line of the contents: a key and what belongs to it.
struct KeyLine {
    std::string id;  ///< PKCS#15 iD in hex, or the PIV slot
    std::string label;
    ossl::KeyType type = ossl::KeyType::rsa2048;
    Bytes spki;                      ///< DER
    std::vector<std::string> usage;  ///< RFC 5280's words, from the directory
    std::string pin;                 ///< PinState::id that guards its use; empty: none
    bool user_consent = false;       ///< VERIFY immediately before every signature
    bool can_sign = true;
    bool can_decipher = false;  ///< deciphers (RSA) or agrees on a secret (EC)
    std::uint8_t reference = 0;
    std::string path;                             ///< of the key file, hex
    std::vector<StoredCertificate> certificates;  ///< in the directory's order

    /// transport_certificate finds the TC; null if there is none.
    const StoredCertificate* transport_certificate() const {
        for (const auto& certificate : certificates)
            if (certificate.transport) return &certificate;
        return nullptr;
    }

    /// newest_certificate finds the one with the latest notBefore; of several from the same second the last one in the
    /// directory, because new entries go behind the others. Null if the key has none.
    const StoredCertificate* newest_certificate() const;

    /// replaced_unless_picked is what Redo replaces if the officer picks nothing: the TC, else the newest.
    const StoredCertificate* replaced_unless_picked() const;
};

/// CardIdentity is what says that it is still the same card with the same keys.
struct CardIdentity {
    std::string serial;             ///< upper-case hex
    std::vector<std::string> keys;  ///< "id:sha256 of the SPKI", in the directory's order
    bool operator==(const CardIdentity&) const = default;
};

/// Contents is a card as the officer sees it. Copyable; holds no secret.
struct Contents {
    std::string profile;  ///< "pkcs15", "piv"
    std::string serial;   ///< upper-case hex
    std::string label;
    Bytes atr;
    std::vector<KeyLine> keys;
    std::vector<PinState> pins;
    std::vector<x509::Certificate> ca_certificates;
    std::vector<std::string> write_pins;     ///< PinState::ids that must be verified before a certificate can be
                                             ///< written, besides the PINs of the keys that change
    std::vector<std::string> ca_write_pins;  ///< the same for CA certificates
    bool can_store_ca = false;               ///< there is a directory for CA certificates
    std::vector<std::string> notes;          ///< what the RA should say: "lastUpdate can't be renewed: ..."

    CardIdentity identity() const;
    const KeyLine* key(std::string_view id) const;
    const PinState* pin(std::string_view id) const;
};

}  // namespace rakit::reference
