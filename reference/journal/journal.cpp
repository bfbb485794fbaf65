#include "reference/journal/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/file.hpp"
#include "common/ossl/digest.hpp"

namespace rakit::reference {
namespace {

/// file_stem is the serial number itself where it is one; a card can say anything, and this becomes a file's name.
std::string file_stem(const std::string& serial) {
    const bool plain =
        !serial.empty() && serial.size() <= 64 && serial.find_first_not_of("0123456789ABCDEF") == std::string::npos;
    return plain ? serial : "x" + to_hex(ossl::sha256(as_bytes(serial)));
}

Unexpected write_failed(const std::filesystem::path& path, const std::string& why) {
    return fail(ErrorCode::journal_write_failed, why, path.string(), "see that the journal's folder is writable");
}

Result<OpenOrder> read_record(const std::filesystem::path& path) {
    auto content = read_file(path);
    if (!content) return Unexpected{std::move(content).error()};
    return parse_open_order(path.string(), as_text(*content));
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& folder, const std::string& serial) {
    std::error_code problem;
    if (std::filesystem::create_directories(folder, problem))
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, problem);
    if (problem) return write_failed(folder, problem.message());
    const auto stem = file_stem(serial);
    const auto lock_path = folder / (stem + ".lock");
    Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) return write_failed(lock_path, std::strerror(errno));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return write_failed(lock_path, std::strerror(errno));
        return fail(ErrorCode::journal_locked, "another RA works on card " + serial, lock_path.string(),
                    "wait until it is done");
    }
    return std::unique_ptr<Journal>(new Journal(folder / (stem + ".json"), std::move(lock)));
}

Result<std::optional<OpenOrder>> Journal::read() const {
    if (!std::filesystem::exists(x_path)) return std::optional<OpenOrder>{};
    auto open = read_record(x_path);
    if (!open) return Unexpected{std::move(open).error()};
    return std::optional<OpenOrder>(std::move(*open));
}

Result<void> Journal::write(const OpenOrder& open) {
    auto written = write_file_atomically(x_path, as_bytes(to_json(open)), 0600);
    if (!written) return write_failed(x_path, written.error().detail);
    return {};
}

Result<void> Journal::close() {
    if (std::error_code problem; !std::filesystem::remove(x_path, problem) && problem)
        return write_failed(x_path, problem.message());
    return {};
}

Result<std::vector<ListedOrder>> list_open_orders(const std::filesystem::path& folder) {
    std::vector<ListedOrder> all;
    std::error_code problem;
    for (auto entry = std::filesystem::directory_iterator(folder, problem);
         !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem)) {
        const auto& path = entry->path();
        if (path.extension() != ".json" || !std::filesystem::exists(path)) continue;
        auto order = read_record(path);
        // Done while this listed: there is nothing to tell.
        if (!order && !std::filesystem::exists(path)) continue;
        all.push_back({path, std::move(order)});
    }
    if (problem && problem != std::errc::no_such_file_or_directory)
        return fail(ErrorCode::file_unreadable, problem.message(), folder.string());
    std::ranges::sort(all, {}, &ListedOrder::file);
    return all;
}

}  // namespace rakit::reference
