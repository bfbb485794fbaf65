#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/ossl/keys.hpp"

namespace rakit::cards::directory {

/// Entries of PKCS#15 directory files (ISO/IEC 7816-15 section 8), DER. Paths are absolute octets from 3F00.

/// Pin is an authentication object (section 8.9).
struct Pin {
    std::string label;
    std::uint8_t reference = 0;
    bool so_pin = false;
};

/// Key is a private and a public key object (sections 8.3, 8.4).
struct Key {
    std::string label;
    Bytes id;
    ossl::KeyType type = ossl::KeyType::rsa2048;
    std::uint8_t pin = 0;            ///< reference of the PIN that guards its use
    std::vector<std::string> usage;  ///< RFC 5280's words
    bool user_consent = false;
    Bytes private_path;
    Bytes public_path;
};

/// Certificate is a certificate object (section 8.7).
struct Certificate {
    std::string label;
    Bytes id;
    bool authority = false;
    Bytes path;
};

/// auth_id gives a PIN's authentication identifier: its reference, FF for the SO PIN as OpenSC's profile has it.
Bytes auth_id(std::uint8_t reference, bool so_pin);

Bytes pin_entry(const Pin& pin);
Bytes private_key_entry(const Key& key);
Bytes public_key_entry(const Key& key);
Bytes certificate_entry(const Certificate& certificate);

/// Kind numbers a directory file's entry in the ODF (section 8.2).
enum class Kind : std::uint8_t {
    private_keys = 0,
    public_keys = 1,
    certificates = 4,
    trusted_certificates = 5,
    data = 7,
    pins = 8
};

/// odf_entry points to a directory file.
Bytes odf_entry(Kind kind, ByteView path);

/// token_info is EF(TokenInfo) (section 8.10).
Bytes token_info(ByteView serial, const std::string& label, const std::optional<UtcTime>& last_update);

/// dir_entry is the application's template in EF(DIR) (section 7.4).
Bytes dir_entry(ByteView aid, const std::string& label, ByteView path);

}  // namespace rakit::cards::directory
