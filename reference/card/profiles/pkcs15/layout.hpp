#pragma once

#include <vector>

#include "reference/card/profiles/pkcs15/files.hpp"

namespace rakit::reference::pkcs15 {

/// DirectoryFile is a directory as the ODF names it, with what stands in it now.
struct DirectoryFile {
    Directory directory;
    Bytes path;  ///< absolute; empty if the ODF holds the objects itself
    FileInfo info;
    Bytes content;  ///< the whole file
};

/// Layout is the directory tree of a PKCS#15 application as it stands on the card.
struct Layout {
    Bytes application;  ///< absolute path of the application's DF
    FileInfo application_info;
    FileInfo odf_info;
    Bytes odf;  ///< the whole file
    std::vector<DirectoryFile> directories;

    Bytes odf_path() const { return path_of(application, 0x5031); }
    Bytes token_info_path() const { return path_of(application, 0x5032); }
    /// absolute resolves a path of a directory entry.
    Bytes absolute(ByteView path) const;
};

/// read_layout selects the application and reads the ODF and all directories. Failures: card_unsupported if there is no
/// PKCS#15 application, card_content_invalid.
Result<Layout> read_layout(Files& files);

/// PlacedCertificate is an entry with the directory that it stands in.
struct PlacedCertificate {
    CertificateObject object;
    std::size_t directory = 0;  ///< index in Layout::directories
};

/// torn tells whether a certificate directory can't be taken apart, as an interrupted write may leave it.
bool torn(const DirectoryFile& file);

/// certificates_of reads the entries of all certificate directories that are not torn.
Result<std::vector<PlacedCertificate>> certificates_of(const Layout& layout);

/// private_keys_of reads the entries of all private-key directories.
Result<std::vector<KeyObject>> private_keys_of(const Layout& layout);

/// pins_of reads the PINs, without those that only unblock.
Result<std::vector<PinObject>> pins_of(const Layout& layout);

/// read_value reads the certificate of an entry, DER, without padding behind it.
Result<Bytes> read_value(Files& files, const Layout& layout, const CertificateObject& object);

/// read_public_key finds a private key's public key as normalised SPKI: in the public-key directory, else in a
/// certificate with the key's iD, else by MyEID's GET DATA. Nothing if the card doesn't give it.
Result<std::optional<Bytes>> read_public_key(Files& files, const Layout& layout, const KeyObject& key);

/// read_serial gives the card's serial number in upper-case hex: MyEID's GET DATA 01A0, else TokenInfo's serialNumber.
Result<std::string> read_serial(Files& files, const TokenInfo& token);

}  // namespace rakit::reference::pkcs15
