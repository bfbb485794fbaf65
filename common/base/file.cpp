#include "common/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "common/base/descriptor.hpp"

namespace rakit {
namespace {

Unexpected system_failure(ErrorCode code, const std::filesystem::path& path) {
    return fail(code, std::strerror(errno), path.string());
}

/// stands_for_another is true of devices, pipes and symbolic links such as /dev/stdout: to replace one of them would
/// put an ordinary file in its place - for root also in /dev.
bool stands_for_another(const std::filesystem::path& path) {
    struct stat what {};
    return ::lstat(path.c_str(), &what) == 0 && !S_ISREG(what.st_mode) && !S_ISDIR(what.st_mode);
}

Result<void> write_through(const std::filesystem::path& path, ByteView content, unsigned mode) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, mode));
    if (!file || !write_all(file.get(), content)) return system_failure(ErrorCode::file_unwritable, path);
    return {};
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return system_failure(ErrorCode::file_unreadable, path);
    Bytes content;
    std::uint8_t chunk[65536];
    for (;;) {
        const ssize_t n = ::read(file.get(), chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_failure(ErrorCode::file_unreadable, path);
        if (n == 0) return content;
        append(content, {chunk, static_cast<std::size_t>(n)});
        if (content.size() > limit)
            return fail(ErrorCode::file_unreadable, "larger than " + std::to_string(limit) + " octets", path.string());
    }
}

Result<void> write_file_atomically(const std::filesystem::path& path, ByteView content, unsigned mode) {
    if (stands_for_another(path)) return write_through(path, content, mode);
    const std::filesystem::path beside = path.string() + ".new-" + std::to_string(::getpid());
    {
        const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
        if (!file) return system_failure(ErrorCode::file_unwritable, path);
        if (!write_all(file.get(), content) || ::fsync(file.get()) != 0) {
            auto failure = system_failure(ErrorCode::file_unwritable, path);
            ::unlink(beside.c_str());
            return failure;
        }
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        auto failure = system_failure(ErrorCode::file_unwritable, path);
        ::unlink(beside.c_str());
        return failure;
    }
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) ::fsync(directory.get());
    return {};
}

}  // namespace rakit
