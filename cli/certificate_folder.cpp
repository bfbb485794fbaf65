#include "cli/certificate_folder.hpp"

#include "common/base/file.hpp"

namespace rakit::cli {

Result<std::filesystem::path> CertificateFolder::put(const reference::LineOutcome& line) const {
    std::error_code problem;
    std::filesystem::create_directories(x_folder, problem);
    if (problem) return fail(ErrorCode::file_unwritable, problem.message(), x_folder.string());
    std::string key = line.key;  // a card can say anything, and this becomes a file's name
    if (key.find_first_not_of("0123456789ABCDEF") != std::string::npos) key = to_hex(as_bytes(key));
    const auto path = x_folder / (key + "-" + line.certificate->serial_hex() + ".pem");
    if (auto written = write_file_atomically(path, as_bytes(to_pem(*line.certificate))); !written)
        return Unexpected{Error(written.error())};
    return path;
}

}  // namespace rakit::cli
