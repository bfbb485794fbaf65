#pragma once

#include <filesystem>
#include <string>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"

namespace rakit::cm {

/// OpPinCipher encrypts OP PINs where they rest: AES-256-SIV (RFC 5297), the card's serial number authenticated with
/// each, so that no PIN can be moved to another card's row. SIV needs no nonce. The key is never one of a seed: a state
/// directory may outlive the test that made it.
class OpPinCipher {
public:
    /// OpPinCipher without a key opens and seals nothing: for a database that is only looked at.
    OpPinCipher() = default;
    /// beside reads `op-pin.key` of the database's directory, or makes it, mode 0600. Failures: file_unreadable,
    /// file_unwritable, store_invalid if it is no key.
    static Result<OpPinCipher> beside(const std::filesystem::path& database);
    /// fleeting has a key that is nowhere else.
    static Result<OpPinCipher> fleeting();

    Result<Bytes> seal(const std::string& card_serial, ByteView value) const;
    /// open fails with store_invalid if the key is another, or what is stored was changed or is another card's.
    Result<SecretBytes> open(const std::string& card_serial, ByteView sealed) const;

private:
    SecretBytes x_key;
};

}  // namespace rakit::cm
