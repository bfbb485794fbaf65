#pragma once

#include <filesystem>

#include "reference/session/update.hpp"

namespace rakit::cli {

/// CertificateFolder is where the certificates of Issue are handed out: `KEY-SERIAL.pem`, KEY the key id and SERIAL the
/// certificate's serial number, so that handing out again writes the same file.
class CertificateFolder {
public:
    explicit CertificateFolder(std::filesystem::path folder) : x_folder(std::move(folder)) {}
    /// put writes the file and gives its path. Failure: file_unwritable.
    Result<std::filesystem::path> put(const reference::LineOutcome& line) const;

private:
    std::filesystem::path x_folder;
};

}  // namespace rakit::cli
