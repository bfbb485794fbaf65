#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/iso7816/tlv.hpp"

/// The objects of PKCS#15 v1.1 (ISO/IEC 7816-15) as values, with their codecs. Failures of all parse functions:
/// card_content_invalid with the offset in the file in `where`.
namespace rakit::reference::pkcs15 {

/// Path refers to a file or a range in it (PKCS#15 section 6.1.5).
struct Path {
    Bytes octets;                      ///< file identifiers, perhaps from 3F00 on
    std::optional<std::size_t> index;  ///< first octet; index and length are both there or neither
    std::optional<std::size_t> length;
};

/// CommonAttributes is CommonObjectAttributes (section 6.1.8).
struct CommonAttributes {
    std::string label;
    Bytes auth_id;
    long user_consent = 0;
};

/// DirectoryKind numbers the alternatives of PKCS15Objects (section 6.2).
enum class DirectoryKind : std::uint8_t {
    private_keys,
    public_keys,
    trusted_public_keys,
    secret_keys,
    certificates,
    trusted_certificates,
    useful_certificates,
    data_objects,
    authentication_objects,
    other
};

/// Directory is one entry of EF(ODF): where a directory file lies, or its objects directly.
struct Directory {
    DirectoryKind kind = DirectoryKind::other;
    Path path;
    std::optional<Bytes> direct;    ///< the objects themselves, if the ODF holds them
    std::size_t octets_offset = 0;  ///< where path.octets lies in EF(ODF)
};

/// KeyUsage numbers the bits of KeyUsageFlags (section 6.3.3).
enum class KeyUsage : std::uint8_t {
    encrypt,
    decrypt,
    sign,
    sign_recover,
    wrap,
    unwrap,
    verify,
    verify_recover,
    derive,
    non_repudiation
};

/// KeyObject is a private or public key's entry (sections 6.3, 6.4).
struct KeyObject {
    bool elliptic = false;
    CommonAttributes common;
    Bytes id;
    Bytes usage;  ///< the BIT STRING's octets without the count of unused bits
    long reference = 0;
    std::optional<Path> path;  ///< of the key file; of a public key perhaps none
    Bytes attributes;          ///< the type attributes' content, for a public key that stands there itself
    bool has_usage(KeyUsage bit) const;
};

/// CertificateObject is an entry of a CDF (section 6.6).
struct CertificateObject {
    Bytes whole;  ///< the entry as it stands
    CommonAttributes common;
    Bytes id;
    bool authority = false;
    std::optional<Path> path;
    Bytes direct;  ///< the certificate itself, where there is no path
};

/// PinObject is an entry of the AODF for a PIN (section 6.8).
struct PinObject {
    CommonAttributes common;
    Bytes auth_id;
    Bytes flags;
    std::size_t min_length = 4;
    std::size_t stored_length = 8;
    std::size_t max_length = 8;
    std::uint8_t reference = 0;
    std::uint8_t pad = 0xFF;
    bool unblocking() const;
    bool so_pin() const;
};

/// TokenInfo is what EF(TokenInfo) tells (section 6.9).
struct TokenInfo {
    Bytes serial;
    std::string label;
    std::string last_update;             ///< the GeneralizedTime's characters; empty: none
    std::size_t last_update_offset = 0;  ///< where they lie in the file
};

/// Entries are the objects of a directory file.
struct Entries {
    std::vector<iso7816::Tlv> objects;
    std::size_t end = 0;  ///< the first octet behind the last object
};

/// split_entries takes a directory file apart: 00 padding anywhere is passed over, and so is an entry under a zero tag
/// (removed, or not yet made real).
Result<Entries> split_entries(ByteView file);

/// kPkcs15Aid is the application's identifier (section 5.4).
inline constexpr std::uint8_t kPkcs15Aid[] = {0xA0, 0, 0, 0, 0x63, 'P', 'K', 'C', 'S', '-', '1', '5'};

/// application_path finds the path of the PKCS#15 application in EF(DIR); nothing if it isn't listed.
std::optional<Bytes> application_path(ByteView dir);

Result<std::vector<Directory>> parse_odf(ByteView file);
Result<std::vector<KeyObject>> parse_keys(ByteView file);
Result<std::vector<CertificateObject>> parse_certificates(ByteView file);
Result<std::vector<PinObject>> parse_pins(ByteView file);
Result<TokenInfo> parse_token_info(ByteView file);

/// parse_path reads the content of a Path.
Result<Path> parse_path(ByteView content);

/// encode_path writes a whole Path.
Bytes encode_path(const Path& path);

}  // namespace rakit::reference::pkcs15
