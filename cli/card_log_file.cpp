#include "cli/card_log_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cli/session_json.hpp"

namespace rakit::cli {

Result<std::unique_ptr<CardLogFile>> CardLogFile::open(const std::filesystem::path& path, const Clock& clock) {
    std::error_code problem;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), problem);
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file)
        return fail(ErrorCode::file_unwritable, "the log: " + std::generic_category().message(errno), path.string(),
                    "name another file with --log");
    return std::make_unique<CardLogFile>(std::move(file), clock);
}

void CardLogFile::add(const reference::CardLogEntry& entry) {
    nlohmann::json line{
        {"time", to_iso8601(x_clock.now())}, {"card", entry.card}, {"what", entry.what}, {"detail", entry.detail}};
    if (!entry.transaction.empty()) line["transaction"] = entry.transaction;
    // A disk that is full must not stop an order that the CM has issued.
    (void)write_all(x_file.get(), as_bytes(one_line(line) + "\n"));
}

}  // namespace rakit::cli
