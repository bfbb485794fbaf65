#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::reference {

/// Pkcs11Uri names an officer's certificate and key on a token (RFC 7512). What is empty doesn't restrict.
struct Pkcs11Uri {
    std::string module_path;
    std::string token;         ///< the token's label
    std::string manufacturer;  ///< of the token
    std::string model;
    std::string serial;
    std::string slot_description;  ///< the reader's name, with OpenSC's module
    std::optional<unsigned long> slot_id;
    std::string object;  ///< CKA_LABEL
    Bytes id;            ///< CKA_ID
};

/// is_pkcs11_uri tells a URI from a file name.
bool is_pkcs11_uri(std::string_view text);

/// parse_pkcs11_uri reads a PKCS#11 URI. Failures, all usage with the attribute's name: a syntax error, an attribute
/// twice or unknown, no module-path, a type that is neither cert nor private, and pin-value and pin-source: a secret
/// never stands in an argument.
Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text);

}  // namespace rakit::reference
