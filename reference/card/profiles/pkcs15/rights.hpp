#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reference/card/profiles/pkcs15/layout.hpp"

namespace rakit::reference::pkcs15 {

/// WriteRights says what writing a certificate takes on a card, by the access conditions of its files.
struct WriteRights {
    std::vector<std::uint8_t> pins;  ///< PIN references that must be verified, ascending
    std::vector<std::string> notes;  ///< what can't be done, for people

    /// allows tells whether a right is free, or given once `pins` are verified.
    bool allows(std::uint8_t right) const;
};

/// user_directory finds the certificate directory that users' certificates go into; nothing if there is none.
std::optional<std::size_t> user_directory(const Layout& layout);

/// ca_directory finds the directory of trusted CA certificates; nothing if there is none.
std::optional<std::size_t> ca_directory(const Layout& layout);

/// write_rights looks at the application's DF (CREATE), the ODF and the certificate directory (UPDATE), and TokenInfo;
/// with `ca` at the CA certificates' directory too.
Result<WriteRights> write_rights(Files& files, const Layout& layout, bool ca = false);

}  // namespace rakit::reference::pkcs15
